"""Knowing that a worker of this machine is gone, without waiting for its leases to run out.

A worker holds a lock on a file of its own as long as its process lives; the operating system lets
go of it at once when the process ends, however it ends, and not before: a paused one keeps it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

WORKERS_FOLDER: Final = "workers"
"""Of the data folder."""
_SUFFIX: Final = ".alive"


@contextmanager
def present(folder: Path, worker_id: str) -> Iterator[None]:
    """Hold this worker's file; the file is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{worker_id}{_SUFFIX}"
    draft = path.with_suffix(".new")
    with draft.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        draft.rename(path)  # nobody ever sees it without its lock
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def departed(folder: Path) -> list[str]:
    """Name the workers that ended without saying so."""
    return sorted(path.stem for path in folder.glob(f"*{_SUFFIX}") if not _is_locked(path))


def anybody_lives(folder: Path) -> bool:
    """Tell whether the process of some worker lives, be it paused or too busy to say so."""
    return any(_is_locked(path) for path in folder.glob(f"*{_SUFFIX}"))


def forget(folder: Path, worker_id: str) -> None:
    """Remove what a departed worker left; its id is never used again."""
    (folder / f"{worker_id}{_SUFFIX}").unlink(missing_ok=True)


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True  # it said goodbye in this moment
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
