"""How a query is worked through without keeping the event loop from other requests.

Long documents are parsed and validated in a thread. Fields of the query come one after the other,
so that a request has one transaction at a time. Long lists are completed with pauses.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, TypeVar

from graphql import GraphQLList, get_named_type, is_leaf_type, parse
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import (
    StrawberryGraphQLCoreExecutionContext,
    validate_document,
)

from odoosync.event_loop import paced

_SHORT_QUERY: Final = 1000
"""Characters. What is shorter takes some milliseconds at most, whatever it says."""
_SHORT_LIST: Final = 20
_FEW_VALUES: Final = 500
_documents: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="graphql")
"""One thread, for the processor time of all long documents together is bounded so."""
_Result = TypeVar("_Result")


class DocumentsAside(SchemaExtension):
    """Parses and validates long documents in a thread; stands behind what adds rules."""

    async def on_parse(self) -> AsyncIterator[None]:
        context = self.execution_context
        read = partial(parse, context.query or "", **context.parse_options)
        context.graphql_document = await self._aside(read)
        yield

    async def on_validate(self) -> AsyncIterator[None]:
        context = self.execution_context
        if context.pre_execution_errors is None and context.graphql_document is not None:
            schema, document = context.schema._schema, context.graphql_document  # noqa: SLF001 - as Strawberry's own validation does
            check = partial(validate_document, schema, document, context.validation_rules)
            context.pre_execution_errors = await self._aside(check)
        yield

    async def _aside(self, work: Callable[[], _Result]) -> _Result:
        if len(self.execution_context.query or "") <= _SHORT_QUERY:
            return work()
        return await asyncio.get_running_loop().run_in_executor(_documents, work)


class PacedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Lets others run between the items of a list, and reads lists one after the other."""

    def execute_root_grouped_field_set(
        self,
        root_type: Any,
        root_value: Any,
        grouped_field_set: Any,
        serially: bool,  # noqa: FBT001 - as graphql-core calls it
        position_context: Any,
    ) -> Any:
        del serially
        return super().execute_root_grouped_field_set(
            root_type, root_value, grouped_field_set, True, position_context
        )

    def complete_list_value(  # noqa: PLR0917 - as graphql-core calls it
        self,
        return_type: GraphQLList[Any],
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        most = _FEW_VALUES if is_leaf_type(get_named_type(return_type)) else _SHORT_LIST
        if not isinstance(result, list) or len(result) <= most:
            return super().complete_list_value(
                return_type, field_details_list, info, path, result, position_context
            )
        items, kind = paced(result), return_type.of_type
        return self.complete_async_iterator_value(
            kind, field_details_list, info, path, items, position_context
        )
