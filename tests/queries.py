"""GraphQL calls, for tests."""

from __future__ import annotations

from typing import Any

import httpx

Headers = dict[str, str]


async def post(
    client: httpx.AsyncClient, headers: Headers, query: str, **variables: Any
) -> dict[str, Any]:
    body = {"query": query, "variables": variables}
    answer = await client.post("/graphql", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def data_of(client: httpx.AsyncClient, headers: Headers, query: str, **variables: Any) -> Any:
    answer = await post(client, headers, query, **variables)
    assert "errors" not in answer, answer
    return answer["data"]


async def error_of(client: httpx.AsyncClient, headers: Headers, query: str) -> tuple[str, str]:
    """Return the code and the message of the only error."""
    (error,) = (await post(client, headers, query))["errors"]
    return error["extensions"]["code"], error["message"]
