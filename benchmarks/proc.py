"""What Linux tells of processes in /proc: commands, memory, and processor time."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

MIB: Final = 2**20
_TICKS: Final = os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """Return the processes that any of its threads has started, in the order of their ids."""
    found: list[int] = []
    for told in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # threads come and go
            found += map(int, told.read_text().split())
    return sorted(found)


def resident(pid: int) -> int:
    """Return the bytes that a process holds in memory now."""
    return _status(pid, "VmRSS")


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process so far, its threads' and its ended children's too."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def _status(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"Linux tells no {name} of process {pid}.")
