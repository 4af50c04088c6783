"""The process that makes pages ready: orders come on standard input, replies go to standard output.

It ends when its input does, so it never outlives the worker that it belongs to.
"""

from __future__ import annotations

import gc
import pickle
import sys
from collections.abc import Iterator
from contextlib import suppress

from odoosync.sync.engine.making import Opened, Part, made


def main() -> None:
    gc.disable()  # rows come and go without cycles
    with suppress(EOFError, BrokenPipeError):
        _tell(None)
        while True:
            order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own worker
            replies = made(order)
            while (reply := _next(replies)) is not None:
                _tell(reply)
            _tell(None)


def _next(replies: Iterator[Opened | Part]) -> Opened | Part | None:
    with suppress(Exception):  # who ordered it meets the same by doing it over, and tells
        return next(replies, None)
    return None


def _tell(reply: Opened | Part | None) -> None:
    pickle.dump(reply, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
