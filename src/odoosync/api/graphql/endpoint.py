"""`POST /graphql`.

A request without a token is the same 401 as anywhere else, introspection included. One request is
one operation: there is no batching. Answers to queries that could be read are 200, with `errors`
where something failed.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from odoosync.api.auth import Caller
from odoosync.api.forms import Form
from odoosync.api.graphql.context import Context
from odoosync.api.graphql.errors import INVALID, shown
from odoosync.api.graphql.schema import UNNAMED, Schema, build_schema
from odoosync.api.json_answer import json_answer
from odoosync.api.routing import new_router
from odoosync.api.services import ServicesDep
from odoosync.event_loop import paced

_LONGEST_QUERY: Final = 100_000
MAX_VALUES: Final = 2000
_DOWN_TO_ITEMS: Final = 4


class GraphQLRequest(Form):
    """A GraphQL request over HTTP, with the four fields that its standard knows."""

    query: str = Field(min_length=1, max_length=_LONGEST_QUERY, examples=["{ me { username } }"])
    variables: dict[str, Any] | None = None
    operation_name: Annotated[str | None, Field(alias="operationName")] = None
    extensions: dict[str, Any] | None = Field(default=None, description="Not looked at.")


class ErrorShown(BaseModel):
    model_config = ConfigDict(extra="allow")

    message: str
    extensions: dict[str, Any]


class GraphQLAnswer(BaseModel):
    data: dict[str, Any] | None
    errors: list[ErrorShown] | None = None


def graphql_router() -> APIRouter:
    router, schema = new_router(tags=["graphql"]), build_schema()

    @router.post("/graphql", response_model=GraphQLAnswer, summary="Query and sync by GraphQL")
    async def execute(
        request: Request, form: GraphQLRequest, caller: Caller, services: ServicesDep
    ) -> Response:
        context = Context(services, caller, is_gone=request.is_disconnected)
        answer = await answer_to(schema, form, context)
        return await json_answer(answer, levels=_DOWN_TO_ITEMS)

    return router


async def answer_to(schema: Schema, form: GraphQLRequest, context: Context) -> dict[str, Any]:
    """Execute one operation; never raises for what is wrong with it."""
    if not _has_few_values(form.variables):
        return _refused(f"The variables hold more than {MAX_VALUES:,} values. Send fewer at once.")
    try:
        result = await schema.execute(
            form.query,
            variable_values=form.variables,
            context_value=context,
            operation_name=form.operation_name,
        )
    except (CannotGetOperationTypeError, InvalidOperationTypeError):
        return _refused(UNNAMED)
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [shown(error) async for error in paced(result.errors)]
    return answer


def _refused(message: str) -> dict[str, Any]:
    return {"data": None, "errors": [{"message": message, "extensions": {"code": INVALID}}]}


def _has_few_values(variables: Any) -> bool:
    """Tell whether they can be read at a stretch; each value takes some microseconds."""
    waiting, left = [variables], MAX_VALUES
    while waiting and left >= 0:
        one = waiting.pop()
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        left -= len(inner)
        waiting += inner if left >= 0 else ()
    return left >= 0
