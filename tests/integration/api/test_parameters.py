"""Parameters and bodies that are not what they should be are refused by name."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from copies import AZURE, connect, keep
from odoosync.accounts.cross_tenant import User
from odoosync.api.reading.cursor import write_cursor
from odoosync.api.rest import ROUTERS
from odoosync.api.routing import Route
from odoosync.crypto import KeyRing
from odoosync.db import Database
from queries import Headers

SAMPLES = frozenset({"limit", "cursor", "connection_id", "dataset", "include_deleted", "after"})


async def test_a_parameter_that_comes_twice_is_refused(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    asked = 0
    for route in [one for router in ROUTERS for one in router.routes]:
        if not isinstance(route, Route) or route.methods != {"GET"}:
            continue
        path = route.path
        for part in route.param_convertors:
            path = path.replace(f"{{{part}}}", "1")
        for name in route.parameters & SAMPLES:
            answer = await client.get(f"{path}?{name}=1&{name}=1", headers=signed_in)
            assert (path, answer.status_code) == (path, 422)
            told = {one["field"]: one["message"] for one in answer.json()["errors"]}
            assert told == {name: "comes more than once; send it once"}
            asked += 1
    assert asked > 15


async def test_another_value_does_not_hide_a_parameter_that_comes_twice(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    answer = await client.get("/api/v1/contacts?limit=1&limit=2", headers=signed_in)
    assert (answer.status_code, "limit" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize("path", ["contacts/sync", "products/sync", "records/contacts/sync"])
@pytest.mark.parametrize("value", [True, "1"])
async def test_a_connection_is_named_by_a_number(
    client: httpx.AsyncClient, signed_in: Headers, path: str, value: object
) -> None:
    body = {"connection_id": value}
    answer = await client.post(f"/api/v1/{path}", json=body, headers=signed_in)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["detail"] == "connection_id: should be a whole number, such as 1."


CURSORS: dict[str, tuple[list[Any], str]] = {
    "runs": (["2026-01-01T00:00:00+00:00", "a"], "/api/v1/runs"),
    "audit": ([7], "/api/v1/audit"),
    "what is set aside": (["contacts", 7, ""], "/api/v1/connections/{connection}/set-aside"),
    "deliveries": ([7], "/api/v1/me/mails"),
    "contacts": (["{connection}", "id", 7, 7], "/api/v1/contacts"),
    "products": (["{connection}", "id", 7, 7], "/api/v1/products"),
}


@pytest.mark.parametrize("of", CURSORS)
async def test_a_cursor_of_another_list_is_told_whose_it_is(
    client: httpx.AsyncClient,
    signed_in: Headers,
    database: Database,
    key_ring: KeyRing,
    anna: User,
    of: str,
) -> None:
    made = await connect(database, key_ring, anna.tenant_id)
    await keep(database, anna.tenant_id, made, {1: AZURE})
    await keep(database, anna.tenant_id, made, {1: AZURE}, dataset="products")
    values = [made if value == "{connection}" else value for value in CURSORS[of][0]]
    cursor = write_cursor(of, *values)
    for here, (_, path) in CURSORS.items():
        address = path.replace("{connection}", str(made))
        answer = await client.get(address, headers=signed_in, params={"cursor": cursor})
        if here == of:
            assert answer.status_code == 200, answer.text
        else:
            assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
            assert f"This cursor is of a list of {of}, and this is one of" in answer.text
