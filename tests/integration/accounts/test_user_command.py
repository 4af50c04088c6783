from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from odoosync.accounts.errors import BadPassword, UsernameTaken, UserUnknown
from odoosync.accounts.sessions import sign_in
from odoosync.app import build_services
from odoosync.cli.user import user
from odoosync.errors import InvalidInput
from odoosync.settings import load_settings

Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run `odoosync user …` on a database of its own; the logging that it sets up is undone."""
    monkeypatch.setenv("ODOOSYNC_DATABASE_URL", database_url)
    monkeypatch.setenv("ODOOSYNC_DATA_DIR", str(tmp_path / "data"))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def invoke(*arguments: str, stdin: bytes | str = "") -> Result:
        return CliRunner().invoke(user, list(arguments), input=stdin)

    yield invoke
    root.handlers[:] = handlers
    root.setLevel(level)


def _create(run: Run, name: str = "anna", stdin: bytes | str = "api_password\n") -> Result:
    return run("create", name, "--password-stdin", stdin=stdin)


def test_a_user_is_made_and_listed(run: Run) -> None:
    made = run("create", "Anna", "--password-stdin", "--admin", stdin="api_password\n")
    assert (made.exit_code, made.output) == (0, "Created user anna (id 1).\n")
    assert "anna" in run("list").output
    assert run("list").output.rstrip().endswith("admin")


def test_errors_are_ours_and_say_what_to_do(run: Run) -> None:
    _create(run)
    assert isinstance(_create(run).exception, UsernameTaken)
    assert isinstance(_create(run, "bert", "short\n").exception, BadPassword)
    assert isinstance(_create(run, "bert", b"\xff" * 9).exception, InvalidInput)
    assert isinstance(run("disable", "nobody").exception, UserUnknown)


def test_without_a_terminal_a_password_has_to_come_on_standard_input(run: Run) -> None:
    assert "--password-stdin" in str(run("create", "anna", stdin="api_password\n").exception)


@pytest.mark.parametrize("given", ["  two  words \t", "line one\nline two"])
async def test_only_the_last_newline_is_not_part_of_the_password(run: Run, given: str) -> None:
    assert (await asyncio.to_thread(_create, run, "anna", f"{given}\n")).exit_code == 0
    services = build_services(load_settings())
    assert await sign_in(services.accounts, "anna", given, address="here")
    await services.close()


def test_a_user_is_disabled_enabled_and_given_a_password(run: Run) -> None:
    _create(run)
    assert run("disable", "anna").output == "Disabled user anna.\n"
    assert "disabled" in run("list").output
    assert run("enable", "ANNA").output == "Enabled user anna.\n"
    changed = run("set-password", "anna", "--password-stdin", stdin="another_password")
    assert changed.output == "Changed the password of user anna.\n"


def test_a_user_is_deleted_only_when_one_is_sure(run: Run) -> None:
    _create(run)
    assert isinstance(run("delete", "anna").exception, InvalidInput)
    assert run("delete", "anna", "--yes").output == "Deleted user anna with all data.\n"
    assert run("list").stdout == ""


def test_a_key_is_made_listed_and_revoked(run: Run) -> None:
    _create(run)
    made = run("key", "create", "anna", "--scope", "read", "--scope", "sync", "--days", "7")
    assert made.output.startswith("osk_")
    listed = run("key", "list", "anna").output
    assert "read,sync" in listed
    assert made.output.strip() not in listed
    assert run("key", "revoke", "anna", "1").exit_code == 0
    assert run("key", "list", "anna").stdout == ""


def test_a_new_password_tells_which_keys_live_on_and_can_revoke_them(run: Run) -> None:
    _create(run)
    run("key", "create", "anna", "--scope", "read", "--name", "nightly")
    setting = ("set-password", "anna", "--password-stdin")
    kept = run(*setting, stdin="another_password").output
    assert "1 API key lives on" in kept
    assert "nightly" in kept
    assert "--revoke-api-keys" in kept
    revoked = run(*setting, "--revoke-api-keys", stdin="a_third_password").output
    assert revoked == "Changed the password of user anna.\nRevoked 1 API key.\n"
    assert run("key", "list", "anna").stdout == ""
