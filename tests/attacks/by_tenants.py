"""Attacks of a tenant with ordinary requests: too many of them, too heavy ones."""

from __future__ import annotations

import asyncio
from typing import Final

from attacks.attacker import CHANGES, SYNC, Attacker
from attacks.by_odoos import WEBHOOKS, webhooks
from odoosync.api.streams import MAX_PER_USER

LIST: Final = "/api/v1/contacts"
_HEAVY: Final = (
    "?limit=1000&name__contains=a",
    "?search=nobody+has+this",
    "?name__contains=Ünknown&street__contains=ß",
    "?limit=1000&write_date__gte=2000-01-01T00:00:00Z&email__contains=e",
)
_DEEP: Final = 2_000


async def filtered_lists(attacker: Attacker) -> None:
    await attacker.together(
        24, lambda number: attacker.send("GET", LIST + _HEAVY[number % len(_HEAVY)])
    )


async def waits_for_changes(attacker: Attacker) -> None:
    after, more = "0", True
    while more:
        page = await attacker.send("GET", CHANGES, params={"after": after, "limit": 1000})
        after, more = page["next_after"], page["more"]
    asked = {"after": after, "wait": 5}
    await attacker.send_often(60, "GET", CHANGES, params=asked)


async def waits_for_syncs(attacker: Attacker) -> None:
    """Wait for a sync that hangs, until all but those who may wait have been answered."""
    await attacker.connect()
    await attacker.spoil(kind="hang", method="search_read")
    going = {
        asyncio.create_task(attacker.send("POST", SYNC, json={"full": True})) for _ in range(80)
    }
    while len(going) > MAX_PER_USER:
        _, going = await asyncio.wait(going, return_when=asyncio.FIRST_COMPLETED)
    for one in going:
        one.cancel()
    await asyncio.wait(going)


async def floods_of_a_receiver(attacker: Attacker) -> None:
    """Send tests by twenty webhooks with the same URL, and all that was delivered again."""
    ids = await webhooks(attacker, attacker.receiver)

    async def flood(webhook_id: int) -> None:
        webhook = f"{WEBHOOKS}/{webhook_id}"
        await attacker.send("POST", f"{webhook}/test")
        again = {"since": "2000-01-01T00:00:00Z", "delivered": True}
        await attacker.send("POST", f"{webhook}/replay", json=again)

    await asyncio.gather(*map(flood, ids))


async def many_aliases(attacker: Attacker) -> None:
    lists = " ".join(f"a{n}: contacts(limit: 1000) {{ items {{ id name }} }}" for n in range(15))
    names = " ".join(f"a{n}: me {{ username }}" for n in range(200))
    for query in (lists, names):
        await attacker.send_often(4, "POST", "/graphql", json={"query": f"{{ {query} }}"})


async def deep_queries(attacker: Attacker) -> None:
    nested = "me { " * _DEEP + "}" * _DEEP
    spread = "...f } fragment f on Query { ...g } fragment g on Query { ...f"
    for query in (nested, spread):
        await attacker.send_often(4, "POST", "/graphql", json={"query": f"{{ {query} }}"})
    values = "[" * _DEEP + "]" * _DEEP
    body = f'{{"query": "{{ me {{ username }} }}", "variables": {{"v": {values}}}}}'
    kind = {"Content-Type": "application/json"}
    await attacker.send_often(4, "POST", "/graphql", data=body, headers=kind)
