"""Attacks of callers who need no login: requests without an end, sign-ins, registrations."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from attacks.attacker import HUNG_UP, REGISTER, TOKEN, Attacker
from service import PASSWORD

_LINE: Final = b"X-Name: " + b"x" * 8_000 + b"\r\n"
_ENDLESS: Final = 40_000_000
_HEAD: Final = b"GET /healthz HTTP/1.1\r\nHost: odoosync\r\n"
_LOOK_ALIKES: Final = (("o", "\u043e"), ("e", "\u0435"), ("o", "o\u3164"), ("e", "e\u115f"))
"""Cyrillic letters, and two that nobody sees."""


async def endless_heads(attacker: Attacker) -> None:
    async def one(_: int) -> None:
        with suppress(OSError):
            reader, writer = await _connected(attacker)
            writer.write(_HEAD)
            for _sent in range(_ENDLESS // len(_LINE)):
                writer.write(_LINE)
                await writer.drain()
            await _answer(attacker, reader, writer)
            return
        attacker.answers[HUNG_UP] += 1

    await attacker.together(4, one)


async def unfinished_requests(attacker: Attacker) -> None:
    await attacker.together(50, lambda _: _say(attacker, _HEAD))


async def idle_connections(attacker: Attacker) -> None:
    await attacker.together(250, lambda _: _say(attacker, b""))


async def right_passwords(attacker: Attacker) -> None:
    form = {"username": attacker.username, "password": PASSWORD}
    await attacker.send_often(40, "POST", TOKEN, data=form)


async def wrong_guesses(attacker: Attacker) -> None:
    names = (attacker.username, *attacker.victims)

    async def guess(number: int) -> None:
        form = {"username": names[number % len(names)], "password": f"wrong-{number}"}
        await attacker.send("POST", TOKEN, data=form)

    await attacker.together(110, guess)


async def big_forms(attacker: Attacker) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for size in (1_000_000, 16_000):
        form = b"&" * size
        await attacker.send_often(4, "POST", TOKEN, data=form, headers=kind)


async def look_alikes(attacker: Attacker) -> None:
    """Register under names that look like those of the victims; nobody gets one."""
    names = [name.replace(*pair) for name in attacker.victims for pair in _LOOK_ALIKES]

    async def register(number: int) -> None:
        form = {"username": names[number], "password": PASSWORD}
        await attacker.send("POST", REGISTER, json=form)

    await attacker.together(len(names), register)


async def _connected(attacker: Attacker) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(
        "127.0.0.1", attacker.port, local_addr=(attacker.address, 0)
    )


async def _say(attacker: Attacker, text: bytes) -> None:
    """Send so much, nothing more, and wait for what is said to it."""
    with suppress(OSError):
        reader, writer = await _connected(attacker)
        writer.write(text)
        await _answer(attacker, reader, writer)
        return
    attacker.answers[HUNG_UP] += 1


async def _answer(
    attacker: Attacker, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    head = await reader.read(12)
    attacker.answers[head[9:].decode() or HUNG_UP] += 1
    writer.close()
