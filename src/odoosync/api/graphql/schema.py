"""The schema, its limits, and how a field finds its value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxAliasesLimiter, MaxTokensLimiter, QueryDepthLimiter
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from odoosync.api.graphql.mutation import Mutation
from odoosync.api.graphql.query import Query
from odoosync.api.graphql.runs import BIG_INT, BigInt
from odoosync.api.reading.items import Item

MOST_TOKENS: Final = 2000
MOST_ALIASES: Final = 15
MOST_DEPTH: Final = 10
_OF_THE_ITEM: Final = frozenset(Item.__slots__) | {"id"}


def resolve(source: Any, name: str) -> Any:
    """Find a field without a resolver: an item's own, Odoo's by name, a key, an attribute."""
    if isinstance(source, Item) and name not in _OF_THE_ITEM:
        return source.fields.get(name)
    if isinstance(source, Mapping):
        return source.get(name)
    return getattr(source, name, None)


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
            lambda: QueryDepthLimiter(max_depth=MOST_DEPTH),
            lambda: MaxAliasesLimiter(max_alias_count=MOST_ALIASES),
            lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS),
        ],
    )
