"""A full disk, told as one whichever database it is under, and how much is free."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path
from typing import Final

from odoosync.errors import Unavailable

_SQLITE_FULL: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE})
"""The second is what a log's index says that cannot grow."""
_POSTGRESQL_FULL: Final = "53100"
_UNITS: Final = ("bytes", "KB", "MB", "GB", "TB")


class DiskFull(Unavailable, OSError):
    """An OSError, too: whoever waits for a database that is away waits for this one as well."""

    code = "disk_full"

    def __init__(
        self,
        message: str = "The disk of the database is full, so nothing can be stored. Make room there"
        " and start it again. `odoosync doctor` shows how much is free.",
    ) -> None:
        super().__init__(message)
        self.errno = errno.ENOSPC


def is_disk_full(error: BaseException) -> bool:
    """Tell a full disk by what a driver raised, or SQLAlchemy around it."""
    cause = getattr(error, "orig", None) or error
    return (
        getattr(cause, "sqlite_errorcode", None) in _SQLITE_FULL
        or getattr(cause, "sqlstate", None) == _POSTGRESQL_FULL
        or (isinstance(cause, OSError) and cause.errno in {errno.ENOSPC, errno.EDQUOT})
    )


def free_bytes(folder: Path) -> int:
    """Return how much may be written to a folder, or to the nearest one above that is there."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def readable_size(size: float) -> str:
    """Render bytes for people, such as `3.2 GB`."""
    for unit in _UNITS[:-1]:
        if size < 1000:  # noqa: PLR2004 - the next unit
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} {_UNITS[-1]}"
