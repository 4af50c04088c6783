"""A list on the command line that is empty says so in a sentence, and its output stays empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from commands import Run
from integration.connections.calling import ADMIN_OPTIONS
from odoosync.cli.main import app_with

ANNA: Final = ("--user", "anna")
EMPTY: Final = {
    "audit": (*ANNA, "--kind", "api_key"),
    "deletions list": ANNA,
    "connection list": ("--user", "bert"),
    "runs": ANNA,
    "schedule list": ANNA,
    "set-aside": ANNA,
    "user key list": ("anna",),
    "webhook deliveries": ("1", *ANNA),
    "webhook list": ("--user", "bert"),
}
NEVER_EMPTY: Final = {"user list"}
"""Without a user there is nothing that it could be asked beside."""
WITH_JSON: Final = ("audit", "connection list")


@pytest.fixture
def anna(run: Run) -> None:
    """Anna has a connection and a webhook, Bert has nothing."""
    run("user", "create", "bert", "--password-stdin", stdin="api_password")
    run("connection", "add", *ANNA, *ADMIN_OPTIONS, stdin="admin")
    run("webhook", "add", "https://example.com/receiver", *ANNA)


def said(name: str, *more: str) -> tuple[int, str, str]:
    """Return the exit code, the standard output and the standard error of a command."""
    words = [*name.split(), *EMPTY[name], *more]
    result = CliRunner().invoke(app_with(words[:1]), words)
    return result.exit_code, result.stdout, result.stderr


def names(command: Any, before: str = "") -> Iterator[str]:
    """Yield the names of all commands below one."""
    for name, found in getattr(command, "commands", {}).items():
        yield f"{before}{name}"
        yield from names(found, f"{before}{name} ")


@pytest.mark.usefixtures("anna")
def test_every_empty_list_says_so_beside_its_output() -> None:
    for name in EMPTY:
        code, listed, told = said(name)
        assert (code, listed, told.endswith(".\n")) == (0, "", True), (name, listed, told)


@pytest.mark.usefixtures("anna")
def test_an_empty_list_as_json_stays_empty() -> None:
    assert [said(name, "--json")[:2] for name in WITH_JSON] == [(0, ""), (0, "")]


@pytest.mark.usefixtures("anna")
def test_no_runs_are_told_apart_from_none_that_match() -> None:
    assert said("runs")[2] == "No runs yet. Start one with `odoosync sync`.\n"
    assert said("runs", "--status", "failed")[2].startswith("No run matches.")


def test_no_list_is_left_out() -> None:
    lists = {name for name in names(get_command(app_with())) if name.endswith(" list")}
    assert lists <= {*EMPTY, *NEVER_EMPTY}
