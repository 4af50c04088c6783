"""All attacks at once, again and again, from a process of its own; each from an address of its own.

Run as a program: `python -m attacks.program PLAN`. It says `ready`, waits for a line, and prints
what was answered in each round of an attack, a line of JSON each.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from attacks import by_odoos, by_strangers, by_tenants
from attacks.attacker import Attacker
from receiver import receiving
from service import Service
from waiting import PATIENCE_S

Attack = Callable[[Attacker], Awaitable[None]]
WITH_ODOO: Final[tuple[Attack, ...]] = (
    by_odoos.bombs_at_tests,
    by_odoos.bombs_in_syncs,
    by_odoos.bad_pages,
    by_odoos.pages_without_numbers,
    by_odoos.quadratic_texts,
    by_odoos.silent_names,
    by_tenants.waits_for_changes,
    by_tenants.waits_for_syncs,
    by_tenants.floods_of_a_receiver,
)
WITH_LARGE_ODOO: Final[tuple[Attack, ...]] = (
    by_tenants.filtered_lists,
    by_tenants.many_aliases,
    by_tenants.deep_queries,
)
WITHOUT_ODOO: Final[tuple[Attack, ...]] = (
    by_strangers.endless_heads,
    by_strangers.unfinished_requests,
    by_strangers.idle_connections,
    by_strangers.right_passwords,
    by_strangers.wrong_guesses,
    by_strangers.big_forms,
    by_strangers.look_alikes,
)
ATTACKS: Final = (*WITH_ODOO, *WITH_LARGE_ODOO, *WITHOUT_ODOO)
_NETWORK: Final = "127.0.3"
_REST_S: Final = 2.0
"""Between two rounds of an attack: floods of requests are for the rate limit to bound."""
_LESS_THAN_OTHERS: Final = 10
"""How nice it is: the computers of attackers are not those of the service."""


@dataclass
class Attacks:
    """The attacks as they go on; `answers` counts what each was told, `rounds` how often."""

    process: subprocess.Popen[str]
    answers: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rounds: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def have_all_been(self, times: int) -> bool:
        """Tell whether each attack has had so many rounds."""
        assert self.process.poll() is None, "the attackers gave up"
        return all(self.rounds[attack.__name__] >= times for attack in ATTACKS)

    def hear(self) -> None:
        for line in self.process.stdout or ():
            told = orjson.loads(line)
            self.answers[told["attack"]].update(told["answers"])
            self.rounds[told["attack"]] += 1


@contextmanager
def attacking(
    service: Service, odoos: Sequence[str], large: str, victims: Sequence[str], *, scale: int = 1
) -> Iterator[Attacks]:
    """Have all attackers register and get ready; they `begin` when they are told to.

    There is an Odoo for each attack that needs one of its own, and one for those that need rows.
    """
    plan = {
        "port": service.port,
        "odoos": odoos,
        "large": large,
        "victims": victims,
        "scale": scale,
    }
    program = [sys.executable, "-m", "attacks.program", orjson.dumps(plan).decode()]
    with subprocess.Popen(
        program,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    ) as process:
        attacks = Attacks(process)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            threading.Thread(target=attacks.hear, daemon=True).start()
            yield attacks
        finally:
            process.kill()


async def main(plan: dict[str, Any]) -> None:
    async with AsyncExitStack() as stack:
        receiver = await stack.enter_async_context(receiving())
        attackers = []
        for number, attack in enumerate(ATTACKS):
            address = f"{_NETWORK}.{number + 1}"
            http = ClientSession(
                f"http://127.0.0.1:{plan['port']}",
                connector=TCPConnector(limit=0, local_addr=(address, 0), force_close=True),
                timeout=ClientTimeout(PATIENCE_S),
            )
            await stack.enter_async_context(http)
            attackers.append(
                Attacker(
                    http,
                    address,
                    plan["port"],
                    odoo=_odoo_of(plan, attack),
                    receiver=receiver.url,
                    victims=tuple(plan["victims"]),
                    scale=plan["scale"],
                )
            )
        await asyncio.gather(*(one.join() for one in attackers))
        _tell("ready")
        await asyncio.to_thread(sys.stdin.readline)
        await asyncio.gather(*map(_attack, ATTACKS, attackers))


def _odoo_of(plan: dict[str, Any], attack: Attack) -> str:
    if attack in WITH_ODOO:
        return str(plan["odoos"][WITH_ODOO.index(attack)])
    return str(plan["large"]) if attack in WITH_LARGE_ODOO else ""


async def _attack(attack: Attack, attacker: Attacker) -> None:
    attacker.take_answers()
    while True:
        await attack(attacker)
        told = {"attack": attack.__name__, "answers": attacker.take_answers()}
        _tell(orjson.dumps(told).decode())
        await asyncio.sleep(_REST_S)


def _tell(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what the parent reads


if __name__ == "__main__":
    os.nice(_LESS_THAN_OTHERS)
    asyncio.run(main(orjson.loads(sys.argv[1])))
