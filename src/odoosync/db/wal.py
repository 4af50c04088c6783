"""SQLite's write-ahead log, copied into the file beside the writers.

A commit that finds the log long copies it before it returns, and a sync stands still meanwhile: a
tenth of a second for 32 MiB, on a small machine. So the worker looks often, and copies what is long
on a connection of its own; writers go on. It begins anew once all of it is copied, and is cut to
its usual length then: one that is longer is one that was not copied whole.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

PAGE: Final = 4_096
LONG: Final = 8_000
"""Pages: by copying each thousand, as SQLite does, a first sync takes a tenth longer."""
TOO_LONG: Final = 4 * LONG
"""Pages from which on a commit copies them after all: a writer without a rest never lets the log
begin anew, and there may be no worker."""


def is_long(file: Path) -> bool:
    """Tell whether there is much in the log that is not known to be copied."""
    with suppress(FileNotFoundError):
        return file.with_name(f"{file.name}-wal").stat().st_size > LONG * PAGE
    return False


def copy(file: Path) -> None:
    """Copy what no reader still needs; waits for nobody. Raises sqlite3.Error."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
