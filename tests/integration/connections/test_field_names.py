"""Any name that this Odoo has for a field can be kept: capitals, dollars, accents."""

from __future__ import annotations

from typing import Any, Final

import pytest

from commands import Run
from integration.connections.calling import ADMIN_OPTIONS, CONNECTIONS, Calls
from odoo_sandbox import SandboxServer
from odoo_sandbox.fields import char
from queries import data_of

NAMES: Final = [
    "x_studio_many2one_field_RZnWk",
    "x_Level",
    "x_level",
    "x_a__in",
    "x_price$",
    "größe",
]


@pytest.fixture
def odd(odoo: SandboxServer) -> SandboxServer:
    """An Odoo whose contacts have these fields."""
    for name in NAMES:
        odoo.world.add_field("res.partner", char(name, name))
    return odoo


@pytest.mark.usefixtures("odd")
async def test_rest_and_graphql_take_them(calls: Calls) -> None:
    wanted: dict[str, Any] = {"preferences": {"fields": {"contacts": NAMES}}}
    made = await calls.create(extra_fields=NAMES, **wanted)
    assert made["extra_fields"] == {"*": NAMES}
    assert made["preferences"]["fields"] == {"contacts": NAMES}
    query = """mutation ($id: Int!, $fields: JSON!) {
        change_connection(connection_id: $id, extra_fields: $fields) { extra_fields } }"""
    fields = {"contacts": NAMES[::-1]}
    told = await data_of(calls.client, calls.headers, query, id=made["id"], fields=fields)
    assert told["change_connection"]["extra_fields"] == fields


@pytest.mark.usefixtures("odd")
def test_the_command_takes_them(of_anna: Run) -> None:
    made = of_anna("add", *ADMIN_OPTIONS, stdin="admin").split()[0]
    told = of_anna("prefer", made, "--field", f"contacts={','.join(NAMES)}")
    assert all(name in told for name in NAMES)


@pytest.mark.parametrize("name", ["", "1st", "a b", 'a"b', "a.b", "a\\b", "a-b", "a\n", "x" * 256])
async def test_what_can_be_no_name_is_refused(calls: Calls, name: str) -> None:
    made = await calls.create()
    path = f"{CONNECTIONS}/{made['id']}"
    refused = await calls.refused("PATCH", path, {"extra_fields": [name]})
    assert refused == (422, "invalid_request")
