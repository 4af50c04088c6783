"""A disk that is full is told as one, and what was stored before is not fetched again."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from full_disk import full_disk
from integration.sync.copying import EQUAL, Copy
from odoosync.api.problems import problem_of
from odoosync.cli.backup import backup, restore
from odoosync.db import DiskFull
from odoosync.migrations import upgrade


async def test_a_sync_says_that_the_disk_is_full_and_goes_on_once_there_is_room(
    copy: Copy,
) -> None:
    for _ in range(20):
        copy.world.execute("res.partner", "create", {"name": "x", "comment": "long " * 4_000})
    async with full_disk(copy.database):
        failed = await copy.sync()
        assert (failed.status, failed.error_code) == ("failed", "disk_full")
        assert "disk of the database is full" in failed.error
        assert (await copy.sync()).error_code == "disk_full"
    assert (await copy.sync()).status == "succeeded"
    assert await copy.difference() == EQUAL


async def test_a_full_disk_is_no_fault_of_the_connection(copy: Copy) -> None:
    for _ in range(20):
        copy.world.execute("res.partner", "create", {"name": "x", "comment": "long " * 4_000})
    async with full_disk(copy.database):
        for _ in range(4):
            await copy.sync()
    assert (await copy.sync()).status == "succeeded"


def test_a_request_that_cannot_be_stored_says_so() -> None:
    answer = problem_of(DiskFull())
    assert answer.status_code == 507
    assert b'"disk_full"' in answer.body


@pytest.fixture
def stored(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ODOOSYNC_DATABASE_URL", sqlite_url)
    return sqlite_url


def leave_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whatever is written to be too small."""
    really = sqlite3.connect

    def connect(file: Any, **options: Any) -> sqlite3.Connection:
        opened: sqlite3.Connection = really(file, **options)
        if "mode=ro" not in str(file):
            opened.execute("PRAGMA max_page_count = 3")
        return opened

    monkeypatch.setattr(sqlite3, "connect", connect)


def test_a_backup_without_room_says_how_much_it_needs(
    stored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_no_room(monkeypatch)
    with pytest.raises(DiskFull, match=r"is full: the copy needs up to .*B, and .*B are free"):
        backup(tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
    assert stored


def test_a_restore_without_room_changes_nothing(
    stored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup"
    backup(file)
    with monkeypatch.context() as patch:
        leave_no_room(patch)
        with pytest.raises(DiskFull, match="Nothing was changed"):
            restore(file, yes=True)
    assert upgrade(stored)
