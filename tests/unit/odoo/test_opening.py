"""How a client finds out the version, the protocol and whose login it has."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from odoosync.odoo import errors
from odoosync.odoo.client import OdooClient, open_client
from odoosync.odoo.facts import ServerFacts
from odoosync.odoo.messages import Answer
from unit.odoo.replay import KEY, NOW, VERSIONS, Replay, facts, html, json, login, recording, replay

VERSION = {
    "16.0": ("web.version", "common.version"),
    "18.0": ("web.version", "common.version"),
    "19.0": ("web.version",),
}
OWNER = json([{"id": 2, "login": "admin"}])


async def opened(
    version: str,
    *recorded: str | Answer,
    secret: str = "admin",
    known: ServerFacts | None = None,
    database: str = "odoo_db",
) -> OdooClient:
    answers: list[Answer | Exception] = [
        played(version, one) if isinstance(one, str) else one
        for one in (*VERSION[version], *recorded)
    ]
    named = login(secret, database=database)
    return await open_client(Replay(answers), named, known=known, now=NOW)


async def opened_with(*answers: Answer | Exception, secret: str = KEY) -> OdooClient:
    return await open_client(Replay(list(answers)), login(secret), known=None, now=NOW)


def played(version: str, name: str) -> Answer:
    return recording(version, name).answer


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_password_goes_over_json_rpc(version: str) -> None:
    odoo = await opened(version, "common.authenticate.ok", "user.context_get")
    assert odoo.facts == ServerFacts(
        version, int(version[:2]), "jsonrpc", 2, "en_US", "Europe/Brussels", NOW
    )


@pytest.mark.parametrize("version", ["16.0", "18.0"])
async def test_a_key_goes_over_json_rpc_before_19(version: str) -> None:
    recorded = "common.authenticate.api_key_as_password", "user.context_get"
    assert (await opened(version, *recorded, secret=KEY)).facts.protocol == "jsonrpc"


async def test_a_key_goes_over_json_2_from_19_on() -> None:
    odoo = await opened_with(
        played("19.0", "web.version"), played("19.0", "json2.context_get"), OWNER
    )
    assert (odoo.facts.protocol, odoo.facts.uid, odoo.facts.lang) == ("json2", 2, "en_US")


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_third_way_of_asking_for_the_version_is_known(version: str) -> None:
    odoo = await opened_with(
        html(404),
        html(404),
        played(version, "web.version_info"),
        played(version, "common.authenticate.limited"),
        played(version, "user.context_get"),
        secret="limited",
    )
    assert odoo.facts.serie == version


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["wrong_password", "unknown_user"])
async def test_a_wrong_password_has_the_message_of_the_contract(version: str, name: str) -> None:
    with pytest.raises(errors.InvalidCredentials) as caught:
        await opened(version, f"common.authenticate.{name}")
    assert str(caught.value) == "Invalid Odoo credentials"
    assert caught.value.stage == "login"
    assert "two-factor" in caught.value.hint


@pytest.mark.parametrize("version", VERSIONS)
async def test_an_unknown_database_is_told_apart(version: str) -> None:
    no_list = played(version, "common.authenticate.wrong_password")
    with pytest.raises(errors.UnknownDatabase) as caught:
        await opened(
            version, "common.authenticate.unknown_database", no_list, database="no_such_db"
        )
    assert (caught.value.stage, "project-branch-1234567" in caught.value.advice) == (
        "database",
        True,
    )


async def test_an_unknown_database_is_told_apart_with_a_key() -> None:
    with pytest.raises(errors.UnknownDatabase):
        await opened(
            "19.0",
            "json2.unknown_database",
            "common.authenticate.unknown_database",
            json({"jsonrpc": "2.0", "result": ["odoo_db"]}),
            secret=KEY,
            database="no_such_db",
        )


async def test_a_dead_key_says_how_to_make_another() -> None:
    with pytest.raises(errors.ApiKeyRejected, match="New API Key"):
        await opened("19.0", "json2.wrong_key", "common.authenticate.wrong_password", secret=KEY)


async def test_a_password_that_looks_like_a_key_still_works() -> None:
    recorded = "json2.wrong_key", "common.authenticate.ok", "user.context_get"
    assert (await opened("19.0", *recorded, secret=KEY)).facts.protocol == "jsonrpc"


async def test_a_key_of_someone_else_is_refused() -> None:
    with pytest.raises(errors.WrongKeyOwner):
        await opened_with(
            played("19.0", "web.version"),
            played("19.0", "json2.context_get"),
            json([{"id": 2, "login": "somebody"}]),
        )


async def test_a_password_without_json_rpc_needs_a_key() -> None:
    with pytest.raises(errors.ApiKeyNeeded, match="New API Key"):
        await opened_with(json({"version": "22.0"}), html(404), secret="admin")


async def test_a_dead_key_without_json_rpc_is_a_dead_key() -> None:
    with pytest.raises(errors.ApiKeyRejected):
        await opened_with(json({"version": "22.0"}), played("19.0", "json2.wrong_key"), html(404))


async def test_garbage_is_not_odoo() -> None:
    with pytest.raises(errors.NotOdoo) as caught:
        await opened_with(html(200), html(200), html(200))
    assert caught.value.stage == "version"


async def test_a_busy_server_is_not_taken_for_another() -> None:
    with pytest.raises(errors.ServerBusy) as caught:
        await opened_with(html(502))
    assert caught.value.stage == "version"


async def test_a_redirect_within_the_host_does_not_end_the_search() -> None:
    odoo = await opened_with(
        errors.RedirectRefused("https://odoo.example"),
        played("18.0", "common.version"),
        played("18.0", "common.authenticate.ok"),
        played("18.0", "user.context_get"),
    )
    assert odoo.facts.serie == "18.0"


async def test_a_redirect_to_another_host_names_it() -> None:
    with pytest.raises(errors.RedirectRefused, match=r"https://new\.example"):
        await opened_with(errors.RedirectRefused("https://new.example"))


async def test_known_facts_cost_no_call() -> None:
    odoo = await open_client(Replay([]), login(), known=facts("19.0"), now=NOW)
    assert (odoo.calls, odoo.facts) == (0, facts("19.0"))


async def test_old_facts_are_asked_for_again() -> None:
    later = NOW + timedelta(days=2)
    recorded = "web.version", "common.authenticate.ok", "user.context_get"
    old = replace(facts("18.0"), lang="xx_XX")
    odoo = await open_client(replay("19.0", *recorded), login(), known=old, now=later)
    assert (odoo.facts.serie, odoo.facts.checked_at) == ("19.0", later)
    assert odoo.facts.lang != old.lang


async def test_a_call_that_fails_after_an_upgrade_is_made_again() -> None:
    transport = Replay(
        [
            html(404),
            json({"version": "22.0"}),
            played("19.0", "json2.context_get"),
            OWNER,
            played("19.0", "json2.search_count"),
        ]
    )
    odoo = await open_client(transport, login(KEY), known=facts("19.0"), now=NOW)
    assert await odoo.search_count("res.partner", []) == 5
    assert (odoo.facts.serie, odoo.facts.protocol) == ("22.0", "json2")


async def test_a_secret_that_died_since_is_reported_as_such() -> None:
    recorded = (
        "execute.wrong_password",
        "web.version",
        "common.authenticate.wrong_password",
    )
    transport = replay("19.0", *recorded)
    odoo = await open_client(transport, login(), known=facts("19.0"), now=NOW)
    with pytest.raises(errors.InvalidCredentials):
        await odoo.search_count("res.partner", [])


async def test_a_database_name_with_a_line_break_is_unknown() -> None:
    transport = replay("19.0", "web.version")
    with pytest.raises(errors.UnknownDatabase):
        await open_client(transport, login(database="a\r\nb"), known=None, now=NOW)
