"""Run a command beside busy loops, two a core, which end with it: what is slow there may not fail.

python tests/beside_load.py COMMAND...
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

A_CORE = 2
LONGEST_S = 6 * 3600
_LOOP = """
import sys, threading, os
threading.Timer(float(sys.argv[1]), os._exit, [0]).start()
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
while True: pass
"""


@contextmanager
def busy_loops() -> Iterator[None]:
    """Keep all cores busy until the block ends, or this process, or `LONGEST_S` are over."""
    program = [sys.executable, "-c", _LOOP, str(LONGEST_S)]
    count = A_CORE * (os.cpu_count() or 1)
    loops = [subprocess.Popen(program, stdin=subprocess.PIPE) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def main() -> None:
    with busy_loops():
        ended = subprocess.run(sys.argv[1:], check=False)
    sys.exit(ended.returncode)


if __name__ == "__main__":
    main()
