"""Several sandbox Odoos in a process of their own, that take their time for each page.

Run as a program: `python many_odoos.py COUNT CONTACTS SECONDS NICENESS`; prints their URLs, a line
each.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from odoo_sandbox import Fault, SandboxServer, seed_world
from odoosync.clock import utc_now


@contextmanager
def many_odoos(
    count: int, *, contacts: int, seconds: float = 0.0, niceness: int = 0
) -> Iterator[list[str]]:
    """Serve them until the block ends; a page takes `seconds`. Yields their URLs."""
    given = [str(count), str(contacts), str(seconds), str(niceness)]
    program, pipe = [sys.executable, __file__, *given], subprocess.PIPE
    with subprocess.Popen(program, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        try:
            yield [process.stdout.readline().strip() for _ in range(count)]
        finally:
            process.kill()


def main() -> None:
    count, contacts, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    os.nice(int(sys.argv[4]))
    with ExitStack() as stack:
        for number in range(count):
            world = seed_world(19, contacts=contacts, products=1, seed=number, clock=utc_now)
            server = stack.enter_context(SandboxServer(world))
            server.faults.add(Fault("latency", method="search_read", seconds=seconds))
            print(server.url, flush=True)  # noqa: T201 - what the parent waits for
        sys.stdin.read()


if __name__ == "__main__":
    main()
