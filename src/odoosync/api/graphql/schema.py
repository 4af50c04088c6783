"""The schema, its limits, and how a field finds its value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import strawberry
from graphql import (
    DefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    Visitor,
    visit,
)
from strawberry.extensions import (
    MaxAliasesLimiter,
    MaxTokensLimiter,
    QueryDepthLimiter,
    SchemaExtension,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from odoosync.api.graphql.execution import DocumentsAside, PacedExecutor
from odoosync.api.graphql.mutation import Mutation
from odoosync.api.graphql.query import Query
from odoosync.api.graphql.runs import BIG_INT, BigInt
from odoosync.api.reading.items import Item

MOST_TOKENS: Final = 1000
MOST_ALIASES: Final = 15
MOST_DEPTH: Final = 10
UNNAMED: Final = "Name the operation to execute in `operationName`; it must be in the query."
NOT_KEEPABLE: Final = r"A text holds the character \u0000, which cannot be kept; leave it out."
_OF_THE_ITEM: Final = frozenset(Item.__slots__) | {"id"}


def resolve(source: Any, name: str) -> Any:
    """Find a field without a resolver: an item's own, Odoo's by name, a key, an attribute."""
    if isinstance(source, Item) and name not in _OF_THE_ITEM:
        return source.fields.get(name)
    if isinstance(source, Mapping):
        return source.get(name)
    return getattr(source, name, None)


class OperationNamed(SchemaExtension):
    """Refuses to guess which of several operations is meant, as the specification says."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        definitions = context.graphql_document.definitions if context.graphql_document else ()
        operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
        if len(operations) > 1 and context._provided_operation_name is None:  # noqa: SLF001 - nothing else tells a name that was sent from one that was found
            context.pre_execution_errors = [GraphQLError(UNNAMED)]
        yield


class _Texts(Visitor):
    """Looks for a character that no database keeps; it can be written as an escape."""

    holds_nul = False

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        self.holds_nul = self.holds_nul or "\0" in node.value


class KeepableTexts(SchemaExtension):
    """Refuses mutations with texts that cannot be kept, as REST does with bodies."""

    def on_validate(self) -> Iterator[None]:
        document = self.execution_context.graphql_document
        if document is not None and any(_is_mutation(one) for one in document.definitions):
            texts = _Texts()
            visit(document, texts)
            if texts.holds_nul:
                self.execution_context.pre_execution_errors = [GraphQLError(NOT_KEEPABLE)]
        yield


def _is_mutation(definition: DefinitionNode) -> bool:
    return (
        isinstance(definition, OperationDefinitionNode)
        and definition.operation is OperationType.MUTATION
    )


class Schema(strawberry.Schema):
    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing here: the endpoint tells errors of ours from unknown ones."""


def build_schema() -> Schema:
    return Schema(
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(
            auto_camel_case=False, default_resolver=resolve, scalar_map={BigInt: BIG_INT}
        ),
        extensions=[
            OperationNamed,
            KeepableTexts,
            lambda: QueryDepthLimiter(max_depth=MOST_DEPTH),
            lambda: MaxAliasesLimiter(max_alias_count=MOST_ALIASES),
            lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS),
            DocumentsAside,
        ],
        execution_context_class=PacedExecutor,
    )
