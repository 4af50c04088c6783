"""Preferences over REST: what is taken, kept, and refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from commands import Run
from integration.connections.calling import ADMIN_OPTIONS, CONNECTIONS, Calls
from odoo_sandbox import SandboxServer
from queries import data_of

LANGUAGES = (
    "es_419",
    "ar_001",
    "sr@latin",
    "sr@Cyrl",
    "sr_RS@latin",
    "ca_ES@valencia",
    "zh_Hans",
    "zh_Hant_TW",
    "kab_DZ",
    "sw",
    "en-GB",
    "de_DE_formal",
)
USUAL: dict[str, Any] = {
    "datasets": None,
    "fields": {},
    "language": None,
    "company_ids": None,
    "lookback": None,
    "page_size": None,
    "call_spacing": None,
    "parallel_calls": None,
}


@pytest.fixture
async def path(calls: Calls) -> str:
    return f"{CONNECTIONS}/{(await calls.create())['id']}"


async def prefer(calls: Calls, path: str, **preferences: Any) -> Any:
    return (await calls.ok("PATCH", path, {"preferences": preferences}))["preferences"]


async def test_only_what_is_sent_changes_and_null_goes_back(calls: Calls, path: str) -> None:
    await prefer(calls, path, lookback=600, page_size=500)
    changed = await prefer(calls, path, page_size=None, call_spacing=1.5)
    assert changed == USUAL | {"lookback": 600, "call_spacing": 1.5}
    assert await prefer(calls, path, lookback=None, call_spacing=None) == USUAL


async def test_a_connection_can_be_created_with_them(calls: Calls) -> None:
    made = await calls.create(preferences={"datasets": ["contacts"], "language": "en_US"})
    assert made["preferences"] == USUAL | {"datasets": ["contacts"], "language": "en_US"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"datasets": ["invoices"]}, "no dataset 'invoices'. Known ones are: contacts"),
        ({"datasets": []}, "preferences.datasets"),
        ({"fields": {"invoices": ["ref"]}}, "no dataset 'invoices'"),
        ({"fields": {"contacts": []}}, "preferences.fields.contacts"),
        ({"fields": {"contacts": ["No Name"]}}, "preferences.fields.contacts.0"),
        ({"language": "xx_YY"}, "not installed the language xx_YY. It has en_US"),
        ({"language": "german please"}, "preferences.language"),
        ({"company_ids": [1, 99]}, "companies with the ids 99. It does for 1."),
        ({"company_ids": [True]}, "preferences.company_ids.0"),
        ({"lookback": 0}, "preferences.lookback"),
        ({"page_size": 1_000_000}, "preferences.page_size"),
        ({"call_spacing": -1}, "preferences.call_spacing"),
        ({"parallel_calls": 0}, "preferences.parallel_calls"),
        ({"colour": "red"}, "preferences.colour"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    calls: Calls, path: str, wrong: dict[str, Any], says: str
) -> None:
    answer = await calls.ask("PATCH", path, {"name": "New", "preferences": wrong})
    assert answer.status_code == 422
    assert says in answer.json()["detail"]
    assert (await calls.ok("GET", path))["name"] != "New"


@pytest.fixture
def polyglot(odoo: SandboxServer) -> SandboxServer:
    """An Odoo with these languages."""
    with odoo.world.transaction() as tx:
        for code in LANGUAGES:
            tx.insert("res.lang", {"name": code, "code": code, "active": True})
    return odoo


@pytest.mark.usefixtures("polyglot")
async def test_every_spelling_of_a_language_that_odoo_has_is_taken(calls: Calls, path: str) -> None:
    query = """mutation ($id: Int!, $preferences: JSON!) {
        change_connection(connection_id: $id, preferences: $preferences) { preferences } }"""
    for code in LANGUAGES:
        assert (await prefer(calls, path, language=code))["language"] == code
        await prefer(calls, path, language=None)
        wanted = {"id": int(path.rpartition("/")[2]), "preferences": {"language": code}}
        told = await data_of(calls.client, calls.headers, query, **wanted)
        assert told["change_connection"]["preferences"]["language"] == code


@pytest.mark.usefixtures("polyglot")
def test_a_command_takes_every_spelling_of_a_language(of_anna: Run) -> None:
    made = of_anna("add", *ADMIN_OPTIONS, stdin="admin").split()[0]
    for code in LANGUAGES:
        assert f'language: "{code}"' in of_anna("prefer", made, "--language", code)


async def test_a_dataset_that_is_not_chosen_is_not_synced(calls: Calls, path: str) -> None:
    await prefer(calls, path, datasets=["products"])
    answer = await calls.ask("POST", "/api/v1/contacts/sync", {"wait": False})
    assert (answer.status_code, answer.json()["code"]) == (409, "dataset_not_chosen")
    assert (await calls.ok("POST", "/api/v1/products/sync", {"wait": False}))["success"]
    runs = (await calls.ok("GET", "/api/v1/runs"))["items"]
    assert [run["dataset"] for run in runs] == ["products"]


async def test_the_usual_verification_looks_at_what_is_chosen(calls: Calls, path: str) -> None:
    await prefer(calls, path, datasets=["contacts"])
    answer = await calls.ok("POST", f"{path}/verify", {"wait": False})
    assert [run["dataset"] for run in answer["runs"]] == ["contacts"]


async def test_companies_that_the_login_has_are_taken(
    calls: Calls, path: str, odoo: SandboxServer
) -> None:
    with odoo.world.transaction() as tx:
        values = {"name": "B", "partner_id": 1, "currency_id": 1, "active": True}
        second = tx.insert("res.company", values)
        tx.update("res.users", [2], {"company_ids": (1, second)})
    changed = await prefer(calls, path, company_ids=[second, 1])
    assert changed["company_ids"] == [second, 1]
