"""A command in the wrong folder makes nothing, and says where it looked and what to set."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import typer
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from databases import new_database
from doc_pages import DOCS
from odoosync.cli.main import app_with
from odoosync.migrations import upgrade

BEGIN: Final = {"serve", "worker", "user create", "db upgrade", "restore"}
NEED_NONE: Final = {"demo", "sandbox"}
Typed = Callable[..., Result]
WORDS: Final = {
    "schedule set": ("--every", "3600"),
    "webhook replay": ("--delivery", "1"),
    "webhook add": ("--name", "alarm"),
    "migrate-env": ("--env-file", "old.env"),
    "user key create": ("--scope", "read"),
}
"""What a command wants beside what its own declaration says."""
OLD_ENV: Final = "ODOO_URL=http://odoo\nODOO_DB=db\nODOO_USERNAME=a\nODOO_PASSWORD=b\n"


def _commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
    for word, one in (inner or {}).items():
        yield from _commands(one, f"{name} {word}".strip())


COMMANDS: Final = dict(_commands(typer.main.get_command(app_with())))


def _words_for(name: str) -> list[str]:
    """Return a call of a command that has all that it needs, and is asked nothing."""
    words = name.split()
    for one in COMMANDS[name].params:
        if one.param_type_name == "argument" and one.required:
            words.append("https://example.com" if one.name == "url" else "1")
        elif one.name in {"user", "database", "username"}:
            words += [f"--{one.name}", "anna"]
        elif one.name in {"yes", "password_stdin"}:
            words.append(f"--{one.name.replace('_', '-')}")
    return [*words, *WORDS.get(name, ())]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """Type commands in an empty folder, with no setting; the logging that they set up is undone."""
    for name in [name for name in os.environ if name.startswith("ODOOSYNC_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield lambda *words: CliRunner().invoke(app_with(words[:1]), list(words), input="a_password\n")
    root.handlers[:] = handlers
    root.setLevel(level)


def told(result: Result) -> str:
    """Return what a command said, on whatever way it said it."""
    return f"{result.output}{getattr(result.exception, 'message', '')}"


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - BEGIN - NEED_NONE))
def test_what_reads_checks_or_changes_makes_nothing(
    typed: Typed, tmp_path: Path, name: str
) -> None:
    (tmp_path / "old.env").write_text(OLD_ENV)
    result = typed(*_words_for(name))
    assert result.exit_code == 1, (result.output, result.exception)
    assert f"no database in {tmp_path / 'odoosync-data'}." in told(result)
    assert "Set ODOOSYNC_DATA_DIR" in told(result)
    assert [one.name for one in tmp_path.iterdir()] == ["old.env"]


def test_the_page_of_commands_says_which_ones_begin_an_installation() -> None:
    page = (DOCS / "commands.md").read_text()
    said = page[: page.index("begin an installation")].rpartition("\n\n")[2]
    assert set(re.findall("`(.+?)`", said)) == BEGIN


@pytest.mark.parametrize(
    "words", [("user", "create", "anna", "--password-stdin"), ("db", "upgrade")]
)
def test_what_begins_an_installation_makes_it(
    typed: Typed, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert typed(*words).exit_code == 0
    assert (tmp_path / "odoosync-data" / "odoosync.sqlite3").exists()


def test_without_its_keys_nothing_makes_new_ones(typed: Typed, tmp_path: Path) -> None:
    typed("user", "create", "anna", "--password-stdin")
    keys = tmp_path / "odoosync-data" / "secret_keys"
    keys.unlink()
    for words in (("user", "list"), ("connection", "list", "--user", "anna"), ("doctor",)):
        assert f"no keys in {keys.parent}." in told(typed(*words))
        assert not keys.exists()


def test_doctor_migrates_nothing_and_says_how(typed: Typed, tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path}/odoosync-data/odoosync.sqlite3")
    engine = create_engine(f"sqlite:///{tmp_path}/odoosync-data/odoosync.sqlite3")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    for words in (("doctor",), ("runs", "--user", "anna")):
        result = typed(*words)
        assert (result.exit_code, "Run `odoosync db upgrade`" in told(result)) == (1, True)
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0001"
    engine.dispose()


def test_an_empty_postgresql_stays_empty(
    typed: Typed, tmp_path: Path, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ODOOSYNC_DATABASE_URL", new_database(postgres_server))
    result = typed("doctor")
    assert (result.exit_code, "that ODOOSYNC_DATABASE_URL names" in told(result)) == (1, True)
    assert list(tmp_path.iterdir()) == []
    assert "To begin a new one" in told(typed("user", "list"))


def test_a_file_that_is_no_database_is_told_as_that(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "odoosync-data").mkdir()
    (tmp_path / "odoosync-data" / "odoosync.sqlite3").write_text("nonsense " * 100)
    assert "is not a database of Odoosync" in told(typed("user", "list"))
