"""`odoosync connection …`, as the operator types it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from commands import Run
from integration.connections.calling import ADMIN_OPTIONS as ADMIN
from odoo_sandbox import SandboxServer
from odoosync.accounts.errors import UserDisabled, UserUnknown
from odoosync.connections.errors import NoActiveConnection, NoConnection, NoCredentials
from odoosync.errors import InvalidInput
from odoosync.odoo.errors import InvalidCredentials


@pytest.fixture
def made(of_anna: Run) -> str:
    """The id of a connection that was added."""
    line = of_anna("add", *ADMIN, "--name", "Sales", stdin="admin\n")
    return line.split()[0]


def shown(of_anna: Run, *arguments: str) -> Any:
    return json.loads(of_anna("show", "--json", *arguments))


def test_what_logs_in_is_added_and_the_first_one_is_active(
    of_anna: Run, made: str, odoo: SandboxServer
) -> None:
    line = f"{made:>5} * Sales: admin in odoo_db at {odoo.url}, Odoo 18.0\n"
    assert of_anna("list") == line
    assert shown(of_anna)["id"] == int(made)


def test_what_does_not_log_in_is_not_added(of_anna: Run) -> None:
    with pytest.raises(InvalidCredentials):
        of_anna("add", *ADMIN, stdin="wrong")
    assert of_anna("list").startswith("There is no connection.")


def test_a_password_is_never_an_argument(of_anna: Run) -> None:
    with pytest.raises(InvalidInput, match="use --password-stdin"):
        of_anna("add", *ADMIN[:-1])


def test_another_one_is_switched_to_paused_and_named(
    of_anna: Run, made: str, other: SandboxServer
) -> None:
    second = of_anna("add", *ADMIN, "--url", other.url, stdin="admin").split()[0]
    assert not shown(of_anna, second)["is_active"]
    assert " * " in of_anna("activate", second)
    assert "paused since" in of_anna("pause", second)
    assert "paused" not in of_anna("resume", second)
    assert " Old: " in of_anna("rename", second, "Old")
    assert [one["is_active"] for one in listed(of_anna)] == [False, True]
    assert shown(of_anna)["id"] == int(second) != int(made)


def listed(of_anna: Run, *arguments: str) -> list[Any]:
    return [json.loads(line) for line in of_anna("list", "--json", *arguments).splitlines()]


def test_it_is_tested_with_what_is_stored_or_given(of_anna: Run, made: str) -> None:
    assert re.search(r"sees \d+ contacts and \d+ products\.", of_anna("test"))
    with pytest.raises(InvalidCredentials):
        of_anna("test", made, "--password-stdin", stdin="wrong")


def test_credentials_are_stored_only_when_they_log_in(
    of_anna: Run, made: str, odoo: SandboxServer
) -> None:
    account = odoo.world.account_of("admin")
    assert account is not None
    account.password = "changed"
    with pytest.raises(InvalidCredentials):
        of_anna("credentials", made, "--password-stdin", stdin="admin")
    of_anna("credentials", made, "--password-stdin", stdin="changed")
    assert "sees" in of_anna("test")


def test_a_deleted_one_comes_back(of_anna: Run, made: str) -> None:
    assert "can be restored until" in of_anna("delete", made, "--yes")
    assert of_anna("list").startswith("There is no connection.")
    assert listed(of_anna, "--deleted")[0]["removed_from"]
    assert " * " in of_anna("restore", made, "--password-stdin", stdin="admin")


def test_commands_that_name_none_say_which_can_be_activated(
    run: Run, of_anna: Run, made: str, other: SandboxServer
) -> None:
    second = of_anna("add", *ADMIN, "--url", other.url, stdin="admin").split()[0]
    assert f"activate connection {second}." in of_anna("delete", made, "--yes")
    for command in ("connection show", "connection test", "schedule list", "sync", "verify"):
        with pytest.raises(NoActiveConnection, match=f"activate connection {second}$"):
            run(*command.split(), "--user", "anna")
    of_anna("delete", second, "--yes")
    with pytest.raises(NoCredentials):
        of_anna("show")


def test_nothing_is_deleted_without_a_yes(of_anna: Run, made: str) -> None:
    with pytest.raises(InvalidInput, match="use --yes"):
        of_anna("delete", made)
    assert shown(of_anna)["id"] == int(made)


def test_preferences_are_set_and_go_back_to_the_usual_way(of_anna: Run, made: str) -> None:
    fields = ("--field", "contacts=name, email", "--lookback", "600")
    told = of_anna("prefer", made, "--dataset", "contacts", "--language", "en_US", *fields)
    assert 'datasets: ["contacts"]\nfields: {"contacts":["name","email"]}\n' in told
    assert "company_ids: as usual\nlookback: 600\n" in told
    told = of_anna("prefer", made, "--usual", "datasets", "--usual", "lookback")
    assert ("datasets: as usual" in told, 'language: "en_US"' in told) == (True, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--usual", "colour"), "colour: is not known here"),
        (("--field", "contacts"), "--field contacts=name,email"),
        (("--dataset", "invoices"), "no dataset 'invoices'"),
        (("--company", "99"), "companies with the ids 99"),
        (("--page-size", "0"), "page_size: "),
    ],
)
def test_preferences_that_cannot_be_are_refused(
    of_anna: Run, made: str, arguments: tuple[str, ...], says: str
) -> None:
    with pytest.raises(InvalidInput, match=re.escape(says)):
        of_anna("prefer", made, *arguments)


def test_what_is_not_the_users_is_not_found(run: Run, made: str) -> None:
    run("user", "create", "bert", "--password-stdin", stdin="api_password")
    for command in ("show", "test", "activate", "pause", "resume", "delete"):
        with pytest.raises(NoConnection):
            run("connection", command, "--user", "bert", made)
    with pytest.raises(UserUnknown):
        run("connection", "list", "--user", "nobody")


def test_nothing_is_asked_of_the_odoo_of_a_user_who_is_disabled(
    run: Run, of_anna: Run, made: str
) -> None:
    del made
    run("user", "disable", "anna")
    for command in ("connection test", "sync", "verify"):
        with pytest.raises(UserDisabled, match="odoosync user enable"):
            run(*command.split(), "--user", "anna")
    run("user", "enable", "anna")
    assert "sees" in of_anna("test")
