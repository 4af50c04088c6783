"""`odoosync …` as the operator types it, in this process, on a database of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from odoosync.accounts import passwords
from odoosync.cli.main import app_with
from people import cheap_hasher

Run = Callable[..., str]
"""Takes the words of a command and its `stdin`, returns what it says, raises what it raises."""


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command; hashing costs little, and the logging that it sets up is undone."""
    monkeypatch.setattr(passwords, "Argon2Hasher", cheap_hasher)
    monkeypatch.setenv("ODOOSYNC_DATABASE_URL", database_url)
    monkeypatch.setenv("ODOOSYNC_DATA_DIR", str(tmp_path / "data"))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def invoke(*arguments: str, stdin: str = "") -> str:
        result = CliRunner().invoke(app_with(arguments[:1]), list(arguments), input=stdin)
        if result.exception is not None:
            raise result.exception
        return result.output

    yield invoke
    root.handlers[:] = handlers
    root.setLevel(level)
