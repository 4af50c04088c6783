"""Names that nobody has are refused by every surface, with the one that may be meant."""

from __future__ import annotations

from typing import Any, Final

import pytest

from commands import Run
from integration.connections.calling import CONNECTIONS, PROFILE, Calls, operations
from queries import post

ADMIN: Final = {"odoo_username": "admin", "odoo_password": "admin", "odoo_database": "odoo_db"}
IGNORES: Final = {PROFILE, f"{PROFILE}/test", "/api/v1/auth/token"}
"""As the original contract and OAuth2 say."""
PROBES: Final = {"/healthz", "/readyz", "/metrics"}


async def test_a_parameter_that_nobody_knows_is_named_by_every_operation(
    calls: Calls, annas: dict[str, Any]
) -> None:
    document = (await calls.client.get("/openapi.json")).json()
    asked = 0
    for method, path, _ in operations(document):
        if path not in IGNORES | PROBES:
            answer = await calls.ask(method, path.format(**annas) + "?nobody=1")
            assert answer.status_code == 422, (method, path, answer.text)
            assert "nobody" in answer.json()["detail"]
            asked += 1
    assert asked > 60


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("runs?statuss=failed", "status"),
        ("runs?status=faild", "failed"),
        ("runs?mode=fulll", "full"),
        ("runs?dataset=contact", "contacts"),
        ("runs?trigger=shedule", "schedule"),
        ("runs.csv?trigger=shedule", "schedule"),
        ("changes?dataset=prodcuts", "products"),
        ("changes?conection_id=1", "connection_id"),
        ("contacts?limt=5", "limit"),
        ("contacts?cty=Bern", "city"),
        ("contacts?city__contain=Bern", "contains"),
        ("records/contcts", "contacts"),
        ("contacts/1?include_delete=true", "include_deleted"),
        ("audit?kind=sesion.started", "session.started"),
        ("datasets?connection=1", "connection_id"),
        ("connections?deleted=true", "include_deleted"),
        ("connections/{connection_id}/set-aside?dataset=contact", "contacts"),
        ("webhooks/{webhook_id}/deliveries?status=deliverd", "delivered"),
    ],
)
async def test_the_name_that_may_be_meant_is_told(
    calls: Calls, annas: dict[str, Any], path: str, meant: str
) -> None:
    answer = await calls.ask("GET", "/api/v1/" + path.format(**annas))
    assert answer.status_code in {404, 422}, answer.text
    assert f"id you mean '{meant}'?" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("form", "meant"),
    [
        ({"extra_field": ["ref"]}, "extra_fields"),
        ({"extra_fields": {"contcts": ["ref"]}}, "contacts"),
        ({"extra_fields": {"contacts": ["commercial_partner"]}}, "commercial_partner_id"),
        ({"extra_fields": ["commercial_partner"]}, "commercial_partner_id"),
        ({"preferences": {"look_back": 600}}, "lookback"),
        ({"preferences": {"fields": {"contacts": ["name", "emial"]}}}, "email"),
        ({"preferences": {"fields": {"prodcts": ["name"]}}}, "products"),
        ({"preferences": {"datasets": ["contact"]}}, "contacts"),
    ],
)
async def test_a_connection_keeps_no_field_that_odoo_does_not_have(
    calls: Calls, form: dict[str, Any], meant: str
) -> None:
    created = await calls.ask("POST", CONNECTIONS, ADMIN | form)
    assert await calls.listed() == []
    path = f"{CONNECTIONS}/{(await calls.create())['id']}"
    changed = await calls.ask("PATCH", path, form)
    for answer in (created, changed):
        assert answer.status_code == 422, answer.text
        assert f"id you mean '{meant}'?" in answer.json()["detail"]
    shown = await calls.ok("GET", path)
    assert (shown["extra_fields"], shown["preferences"]["fields"]) == ({}, {})


async def test_the_original_call_saves_nothing_with_a_field_that_odoo_does_not_have(
    calls: Calls,
) -> None:
    form = ADMIN | {"extra_fields": ["commercial_partner"]}
    assert await calls.refused("POST", PROFILE, form) == (422, "unknown_field")
    assert await calls.listed() == []


async def test_fields_that_a_version_lacks_are_taken_where_the_dataset_has_them(
    calls: Calls,
) -> None:
    fields = {"products": ["name", "detailed_type", "uom_po_id"]}
    made = await calls.create(preferences={"fields": fields})
    assert made["preferences"]["fields"] == fields


@pytest.mark.usefixtures("annas")
async def test_graphql_says_it_in_the_same_way(calls: Calls) -> None:
    for call, meant in (
        ('sync_runs(status: "faild")', "failed"),
        ('sync_runs(trigger: "shedule")', "schedule"),
        ('contacts(filters: [{field: "cty", value: "Bern"}])', "city"),
        ('records(dataset: "contcts")', "contacts"),
    ):
        answer = await post(calls.client, calls.headers, f"{{ {call} {{ next_cursor }} }}")
        assert f"Did you mean '{meant}'?" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("runs", "--status", "faild"), "failed"),
        (("runs", "--dataset", "contact"), "contacts"),
        (("runs", "--mode", "fulll"), "full"),
        (("audit", "--kind", "sesion"), "session"),
        (("set-aside", "contcts"), "contacts"),
    ],
)
def test_commands_say_it_in_the_same_way(run: Run, words: tuple[str, ...], meant: str) -> None:
    with pytest.raises(Exception, match=f"Did you mean '{meant}'"):
        run(*words, "--user", "anna")
