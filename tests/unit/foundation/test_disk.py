from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from odoosync.db import DiskFull
from odoosync.db.disk import free_bytes, is_disk_full, readable_size


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OperationalError("INSERT", {}, sqlite_error(sqlite3.SQLITE_FULL)), True),
        (OperationalError("INSERT", {}, psycopg.errors.DiskFull("no room")), True),
        (psycopg.errors.DiskFull("no room"), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (DiskFull(), True),
        (OperationalError("INSERT", {}, sqlite_error(sqlite3.SQLITE_BUSY)), False),
        (psycopg.errors.UniqueViolation("x"), False),
        (OSError(errno.EACCES, "x"), False),
        (ValueError("x"), False),
    ],
    ids=repr,
)
def test_a_full_disk_is_known_by_its_code(error: Exception, *, full: bool) -> None:
    assert is_disk_full(error) is full


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_500, "1.5 KB"),
        (31_400_000_000, "31.4 GB"),
        (2e16, "2e+04 TB"),
    ],
)
def test_sizes_are_for_people(size: float, told: str) -> None:
    assert readable_size(size) == told


def test_room_is_looked_up_for_a_folder_that_is_yet_to_be(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "a" / "b") > 0
