"""Waiting for what somebody else does: for the thing itself, and never for a fixed time.

How fast anything is, is no test's business. A wait that fails has lasted ten times as long as a
quiet machine needs for the slowest thing of all, so that slow and busy machines pass as well.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

PATIENCE_S: Final = 300.0
"""Also for clients, servers and processes whose own time-outs a test has to name."""
_SHORTEST_S, _LONGEST_S = 0.005, 0.05
Found = TypeVar("Found")


def wait_until(look: Callable[[], Found | None]) -> Found:
    """Look again and again until something is found; returns that."""
    deadline, pause = time.monotonic() + PATIENCE_S, _SHORTEST_S
    while not (found := look()):
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_S)
    return found


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again until it holds."""
    deadline, pause = time.monotonic() + PATIENCE_S, _SHORTEST_S
    while not await holds():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_S)
