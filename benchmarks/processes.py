"""A contender in a process of its own: what to read on standard input, seconds on output."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson

from benchmarks.odoo import Contacts, Odoo


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds from the first question to the last row kept; imports and log-in do not count.

    `processor` are the contender's own processor seconds, without the server's.
    """

    seconds: float
    rows: int = 0
    pages: int = 0
    received: int = 0
    processor: float = 0.0


def run(module: str, contacts: Contacts) -> Took:
    """Run `benchmarks.<module>` with the contacts to read; raises when it fails."""
    told = asdict(contacts) | {"odoo": asdict(contacts.odoo)}
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}"],
        input=orjson.dumps(told),
        stdout=subprocess.PIPE,
        check=True,
    )
    return Took(**orjson.loads(done.stdout.splitlines()[-1]))


def carried_out(work: Callable[[Contacts], Took]) -> None:
    """Be such a process."""
    told: dict[str, Any] = orjson.loads(sys.stdin.buffer.read())
    contacts, before = Contacts(**told | {"odoo": Odoo(**told["odoo"])}), time.process_time()
    took = work(contacts)
    took = replace(took, processor=time.process_time() - before)
    sys.stdout.write(orjson.dumps(asdict(took)).decode() + "\n")
