"""Resting between two looks into the database, not longer than until somebody has written.

SQLite counts what is committed on other connections than the one that asks, which takes it some
microseconds: whoever waits for another process hears of it at once. On PostgreSQL a rest is a rest.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

_LOOK_S: Final = 0.01


class Watch:
    """Sees whether others have written to a file of SQLite; without a `file` it sees nothing.

    It belongs to the thread that opened it.
    """

    def __init__(self, file: Path | None) -> None:
        self._counter: sqlite3.Connection | None = None
        if file is not None:
            with suppress(sqlite3.OperationalError):  # no descriptor is left: rests are rests
                self._counter = sqlite3.connect(file, timeout=0, isolation_level=None)
        self._seen = self._count()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._counter is not None:
            self._counter.close()

    async def rest(self, *, least: float, most: float) -> None:
        """Rest for `most` seconds; or until something was written since the last rest ended.

        For `least` seconds anyway: whoever writes much should not have everybody look all the time.
        """
        if self._counter is None:
            await asyncio.sleep(most)
            return
        end = time.monotonic() + most
        await asyncio.sleep(least)
        while True:
            left = end - time.monotonic()
            if self._has_changed() or left <= 0:
                return
            await asyncio.sleep(min(left, _LOOK_S))

    def _has_changed(self) -> bool:
        before, self._seen = self._seen, self._count()
        return self._seen != before

    def _count(self) -> int:
        """Return a number that differs once others have committed; 0 while it cannot be had."""
        if self._counter is None:
            return 0
        with suppress(sqlite3.OperationalError):
            return int(self._counter.execute("PRAGMA data_version").fetchone()[0])
        return 0
