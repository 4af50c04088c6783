"""The memory of this process: how much it holds, and how it is let go of."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

MEBIBYTE: Final = 1024**2
_STATM: Final = Path("/proc/self/statm")


def held_bytes() -> int:
    """Return what the process holds; 0 where the system does not tell."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def forget(error: BaseException) -> None:
    """Let go of what the frames of a failure still hold: the answer that it met, for one.

    Frames and errors hold each other, and Python's collector finds that out late, or not at all.
    """
    drop_frames(error)
    gc.collect()
    give_back()


def drop_frames(error: BaseException) -> None:
    """Let a failure hold no frames, nor those that it came from: who has ended is freed, then.

    A frame is not emptied: it may be of a coroutine that caught the error and goes on.
    """
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = None
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def give_back() -> None:
    """Give free memory back to the system, where the C library is GNU's."""
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
