from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from odoosync.jobs.child import keep_running
from waiting import PATIENCE_S, wait_until

SLEEPER = """
import os, pathlib, signal, sys, time
path = pathlib.Path(sys.argv[1])
path.with_suffix(".draft").write_text(str(os.getpid()))
path.with_suffix(".draft").rename(path)
signal.signal(signal.SIGTERM, signal.SIG_IGN if "deaf" in sys.argv else signal.SIG_DFL)
time.sleep(600)
"""
ORPHAN = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], stdin=subprocess.PIPE)
time.sleep(600)
"""
FOLLOWER = (
    """
from odoosync.jobs.child import end_with_parent
end_with_parent()
"""
    + SLEEPER
)


def _written(path: Path) -> int:
    """Wait for a process to write its id there."""
    wait_until(path.exists)
    pid = int(path.read_text())
    path.unlink()
    return pid


async def _pid(path: Path) -> int:
    return await asyncio.to_thread(_written, path)


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


async def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    stop, path = asyncio.Event(), tmp_path / "pid"
    keeper = asyncio.create_task(keep_running([sys.executable, "-c", SLEEPER, str(path)], stop))
    first = await _pid(path)
    os.kill(first, signal.SIGKILL)
    second = await _pid(path)
    stop.set()
    await keeper
    assert second != first
    assert _gone(second)


async def test_a_child_that_does_not_hear_the_stop_is_killed(tmp_path: Path) -> None:
    stop, path = asyncio.Event(), tmp_path / "pid"
    command = [sys.executable, "-c", SLEEPER, str(path), "deaf"]
    keeper = asyncio.create_task(keep_running(command, stop, stop_limit_s=0.2))
    pid = await _pid(path)
    stop.set()
    await keeper
    assert _gone(pid)


async def test_a_stop_is_heard_between_two_starts(tmp_path: Path) -> None:
    stop = asyncio.Event()
    keeper = asyncio.create_task(keep_running([str(tmp_path / "missing")], stop))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(keeper, PATIENCE_S)


def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    with subprocess.Popen([sys.executable, "-c", ORPHAN, FOLLOWER, str(path)]) as parent:
        pid = _written(path)
        parent.kill()
    wait_until(lambda: _gone(pid))
