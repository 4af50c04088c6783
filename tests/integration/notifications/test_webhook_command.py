from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from odoosync.accounts.mail_address import address_of
from odoosync.api.errors import BadForm
from odoosync.app import build_services
from odoosync.cli.user import user
from odoosync.cli.webhook import webhook
from odoosync.errors import InvalidInput
from odoosync.notifications.errors import NoWebhook, ReceiverRefused
from odoosync.settings import load_settings

Run = Callable[..., Result]
URL = "https://example.com/hook"


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run `odoosync webhook …` for anna; the logging that it sets up is undone."""
    monkeypatch.setenv("ODOOSYNC_DATABASE_URL", database_url)
    monkeypatch.setenv("ODOOSYNC_DATA_DIR", str(tmp_path / "data"))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    options = ["create", "anna", "--password-stdin", "--email", "anna@example.com"]
    made = CliRunner().invoke(user, options, input="api_password")
    assert made.exit_code == 0, made.output

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(webhook, [*arguments, "--user", "anna"])

    yield invoke
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_webhook_is_added_listed_and_removed(run: Run) -> None:
    made = run("add", URL, "--kind", "run.failed", "--name", "alarm")
    assert re.fullmatch(
        r" {4}1  alarm  https://example.com/hook  run.failed\nwhsec_\S{44}\n", made.output
    )
    assert run("list").output == made.output.splitlines(keepends=True)[0]
    assert run("rotate-secret", "1").output.startswith("whsec_")
    assert run("remove", "1").output == "Removed webhook 1.\n"
    assert run("list").stdout == ""


def test_one_is_paused_and_resumed(run: Run) -> None:
    run("add", URL)
    assert run("pause", "1").output.endswith("all kinds; paused\n")
    assert run("resume", "1").output.endswith("all kinds\n")


def test_deliveries_are_listed_and_replayed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odoosync.cli.webhook._PATIENCE_S", 0.0)
    run("add", URL)
    assert run("test", "1").exit_code == 1  # no worker runs
    assert "webhook.test            pending, 0 tries" in run("deliveries", "1").output
    assert run("deliveries", "1", "--status", "failed").stdout == ""
    assert run("replay", "1", "--delivery", "1").output == "1 will be sent.\n"
    assert run("replay", "1", "--since", "2026-01-01").output == "0 will be sent.\n"


def test_what_is_wrong_is_told(run: Run) -> None:
    assert isinstance(run("add", "http://10.0.0.1/").exception, ReceiverRefused)
    assert isinstance(run("pause", "1").exception, NoWebhook)
    assert isinstance(run("replay", "1").exception, InvalidInput)
    assert isinstance(run("deliveries", "1", "--status", "lost").exception, InvalidInput)


@pytest.mark.parametrize("name", ["", "  ", "n" * 256])
def test_a_name_that_the_api_refuses_is_refused(run: Run, name: str) -> None:
    refused = run("add", URL, "--name", name).exception
    assert isinstance(refused, BadForm)
    assert refused.message.startswith("name: ")
    assert run("list").stdout == ""


def test_a_name_is_kept_as_the_api_keeps_it(run: Run) -> None:
    assert "  alarm  https" in run("add", URL, "--name", "  alarm ").output
    assert "  example.com  https" in run("add", URL).output


def test_a_user_has_a_mail_address(run: Run) -> None:
    async def address() -> str | None:
        services = build_services(load_settings())
        async with services.database.tenant(1, write=False) as tx:
            found = (await address_of(tx, 1)).mailed_to
        await services.close()
        return found

    assert run("list").exit_code == 0
    assert asyncio.run(address()) == "anna@example.com"
    changed = CliRunner().invoke(user, ["set-email", "anna", "anna@example.org"])
    assert changed.output == "Mails go to anna@example.org.\n"
    assert CliRunner().invoke(user, ["set-email", "anna"]).output == "Mails go nowhere.\n"
    assert asyncio.run(address()) is None
