"""One rule for fields of Odoo's that are called like one of ours, on every surface."""

from __future__ import annotations

from typing import Any, Final

import pytest

from commands import Run
from integration.connections.calling import CONNECTIONS, PROFILE, Calls
from odoosync.sync.field_names import OURS, ReservedField
from queries import post

ADMIN: Final = {"odoo_username": "admin", "odoo_password": "admin", "odoo_database": "odoo_db"}
REFUSED: Final = (422, "reserved_field")


@pytest.mark.parametrize("name", OURS)
async def test_they_are_refused_when_they_are_added(calls: Calls, name: str) -> None:
    for form in ({"extra_fields": [name]}, {"extra_fields": {"contacts": [name]}}):
        assert await calls.refused("POST", PROFILE, ADMIN | form) == REFUSED
        assert await calls.refused("POST", CONNECTIONS, ADMIN | form) == REFUSED
    path = f"{CONNECTIONS}/{(await calls.create())['id']}"
    narrowed = {"preferences": {"fields": {"contacts": ["name", name]}}}
    for change in ({"extra_fields": [name]}, narrowed):
        assert await calls.refused("PATCH", path, change) == REFUSED
    call = f'mutation {{ change_connection(connection_id: 1, extra_fields: ["{name}"]) {{ id }} }}'
    answer = await post(calls.client, calls.headers, call)
    assert answer["errors"][0]["extensions"]["code"] == "reserved_field"


def test_the_command_refuses_them(of_anna: Run) -> None:
    login = ("--database", "odoo_db", "--username", "admin", "--password-stdin")
    made = of_anna("add", *login, stdin="admin").split()[0]
    with pytest.raises(ReservedField, match="deleted_at"):
        of_anna("prefer", made, "--field", "contacts=name,deleted_at")


@pytest.mark.usefixtures("annas")
async def test_the_names_mean_the_same_as_a_filter_and_in_the_answer(calls: Calls) -> None:
    listed: Any = await calls.ok("GET", "/api/v1/contacts?odoo_id=1")
    (item,) = listed["items"]
    query = "{ contacts { items { odoo_id synced_at deleted_at fields } } }"
    shown = (await post(calls.client, calls.headers, query))["data"]["contacts"]["items"][0]
    fields = shown.pop("fields")
    assert shown == {name: item[name] for name in shown}
    assert not set(fields) & set(OURS)
