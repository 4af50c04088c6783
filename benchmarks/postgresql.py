"""The PostgreSQL that is measured on: one that is named, or one of its own that keeps its promises.

ODOOSYNC_BENCH_POSTGRES_URL names an empty database. The other one is started as the tests start
theirs, but with fsync. Of one that is elsewhere no processor time is known.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import psycopg

from benchmarks.proc import children, processor_seconds

_TESTS = Path(__file__).parents[1] / "tests"


@dataclass(frozen=True, slots=True)
class Postgres:
    """`pid` is that of the process which all others are children of, None when it is elsewhere."""

    url: str
    name: str
    pid: int | None

    def processor_seconds(self) -> float:
        """Return what the processes spent that there are now; ended ones count no more."""
        if self.pid is None:
            return 0.0
        return sum(processor_seconds(pid) for pid in (self.pid, *children(self.pid)))


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Give the server that the environment names, else one that runs until the block ends."""
    named = os.environ.get("ODOOSYNC_BENCH_POSTGRES_URL")
    if named:
        yield Postgres(named, _name(named), None)
        return
    sys.path.append(str(_TESTS))
    with import_module("postgres").running_server(durable=True) as server:
        pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
        yield Postgres(server.url, _name(server.url), pid)


def _name(url: str) -> str:
    with psycopg.connect(url) as connection:
        return f"PostgreSQL {connection.info.server_version // 10_000}"
