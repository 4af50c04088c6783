"""Bodies that an operation does not understand are refused by all of them, and never carried out.

Every operation of the OpenAPI document is called, whether it takes a body or not; that of a GET
means nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import httpx
import pytest

from integration.connections.calling import PROFILE, Calls, operations

ORIGINAL: Final = {PROFILE, f"{PROFILE}/test"}
"""They ignore fields that they do not know."""
FORM: Final = "/api/v1/auth/token"
NO_JSON: Final = (b'{"connection_id":}', b"{", b"\xff")
NO_OBJECT: Final = (b"null", b"[]", b"true")


async def called(
    calls: Calls, annas: dict[str, Any], body: bytes, *, but: Collection[str] = ()
) -> list[tuple[str, httpx.Response]]:
    """Send the body to every operation but some, and return each one's answer."""
    document = (await calls.client.get("/openapi.json")).json()
    headers = calls.headers | {"Content-Type": "application/json"}
    answers = []
    for method, path, _ in operations(document):
        if method != "GET" and path not in {*but, FORM}:
            address = path.format(**annas)
            answer = await calls.client.request(method, address, headers=headers, content=body)
            answers.append((f"{method} {path}", answer))
    assert len(answers) > 30
    return answers


async def everything(calls: Calls) -> list[Any]:
    """Return what anna has, and what was done with it."""
    nouns = ("me", "api-keys", "webhooks", "runs", "connections?include_deleted=true", "audit")
    return [await calls.ok("GET", f"/api/v1/{noun}") for noun in nouns]


@pytest.mark.parametrize("body", NO_JSON)
async def test_what_is_not_json_is_refused_by_every_operation_and_changes_nothing(
    calls: Calls, annas: dict[str, Any], body: bytes
) -> None:
    before = await everything(calls)
    for name, answer in await called(calls, annas, body):
        assert answer.status_code == 400, (name, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "invalid_json"
    assert await everything(calls) == before


@pytest.mark.parametrize("body", NO_OBJECT)
async def test_what_is_no_object_is_refused_by_every_operation(
    calls: Calls, annas: dict[str, Any], body: bytes
) -> None:
    for name, answer in await called(calls, annas, body):
        assert answer.status_code == 422, (name, answer.text)
        assert "JSON object" in answer.json()["detail"]


async def test_a_field_that_nobody_knows_is_named_by_every_operation(
    calls: Calls, annas: dict[str, Any]
) -> None:
    before = await everything(calls)
    for name, answer in await called(calls, annas, b'{"nobody": 1}', but=ORIGINAL):
        assert answer.status_code == 422, (name, answer.text)
        assert "nobody" in [error["field"] for error in answer.json()["errors"]]
    assert await everything(calls) == before


async def test_the_original_calls_ignore_fields_that_they_do_not_know(calls: Calls) -> None:
    await calls.create()
    form = {"odoo_username": "admin", "odoo_password": "admin", "odoo_database": "odoo_db"}
    for method, path in (("POST", f"{PROFILE}/test"), ("POST", PROFILE), ("GET", PROFILE)):
        await calls.ok(method, path, form | {"nobody": 1})
    await calls.ok("DELETE", PROFILE, {"nobody": 1})


async def test_an_empty_body_means_the_defaults(calls: Calls, annas: dict[str, Any]) -> None:
    headers = calls.headers | {"Content-Type": "application/json"}
    path = f"/api/v1/connections/{annas['connection_id']}/test"
    assert (await calls.client.post(path, headers=headers, content=b"")).status_code == 200
    assert (await calls.client.post(path, headers=headers, content=b"{}")).status_code == 200


async def test_a_body_that_is_no_json_by_its_type_is_refused_where_none_is_read(
    calls: Calls, annas: dict[str, Any]
) -> None:
    path = f"/api/v1/connections/{annas['connection_id']}/pause"
    answer = await calls.client.post(path, headers=calls.headers, data={"until": "tomorrow"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
