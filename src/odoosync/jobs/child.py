"""A worker as a child process: kept alive by its parent, and never outliving it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from asyncio.subprocess import Process
from collections.abc import Sequence
from typing import Final

from odoosync.backoff import Backoff
from odoosync.log import get_logger

log = get_logger(__name__)
_PAUSES: Final = Backoff(first_s=0.2, longest_s=10.0)
_STEADY_S: Final = 30.0
_PR_SET_PDEATHSIG: Final = 1


async def keep_running(
    command: Sequence[str], stop: asyncio.Event, *, stop_limit_s: float = 20.0
) -> None:
    """Run the command as a child until `stop`; start it again, ever more slowly, when it dies.

    The child's standard input is a pipe that closes with this process: see `end_with_parent`.
    """
    deaths = 0
    while not stop.is_set():
        began, pause = time.monotonic(), _PAUSES.after(deaths + 1)
        try:
            child = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is the parent's to hear
            )
        except OSError as error:
            log.warning("worker_not_started", error=type(error).__name__, again_in_s=pause)
        else:
            await _until_either(child, stop)
            if stop.is_set():
                await _end(child, stop_limit_s)
                return
            log.warning("worker_died", status=child.returncode, again_in_s=pause)
        if time.monotonic() - began > _STEADY_S:
            deaths, pause = 0, _PAUSES.first_s
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        deaths += 1


async def _until_either(child: Process, stop: asyncio.Event) -> None:
    waits = {asyncio.create_task(child.wait()), asyncio.create_task(stop.wait())}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        if not stop.is_set() and child.returncode is None:
            child.kill()  # this task was cancelled: nobody else would


async def _end(child: Process, limit_s: float) -> None:
    if child.returncode is None:
        child.terminate()
    try:
        await asyncio.wait_for(child.wait(), limit_s)
    except TimeoutError:
        log.warning("worker_killed", after_s=limit_s)
        child.kill()
        await child.wait()


def end_with_parent(*, limit_s: float = 20.0) -> None:
    """Have this process told to stop when its parent is gone, and ended `limit_s` later.

    Portable: the pipe on standard input closes. On Linux the kernel sends the signal, too.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1024):
                pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(limit_s)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
