"""A clock of the event loop that jumps: who sleeps wakes at once, and just so much time is over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch


@contextmanager
def jumping_clock() -> Iterator[None]:
    """Let the running loop's time pass by itself, where nothing but the loop is waited for."""
    loop: Any = asyncio.get_running_loop()
    look, now = loop._selector.select, loop.time()

    def jump(span: float | None) -> Any:
        nonlocal now
        now += span or 0.0
        return look(None if span is None else 0)

    with patch.object(loop, "time", lambda: now), patch.object(loop._selector, "select", jump):
        yield
