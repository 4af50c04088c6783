"""Attacks of a tenant whose "Odoo" sends what no Odoo would, or whose receivers have no address."""

from __future__ import annotations

from typing import Any, Final

from attacks.attacker import SYNC, Attacker
from service import PROFILE
from waiting import until

WEBHOOKS: Final = "/api/v1/webhooks"
LARGE: Final = 20_000_000
_TEST: Final = f"{PROFILE}/test"
_AT_ONCE: Final = 4
_BOMB: Final = {"kind": "forged", "result": "[]", "size": 60_000_000, "packing": "gzip"}
_LONG_ERROR: Final = {"kind": "odoo_error", "size": LARGE}
_NOT_A_NUMBER: Final = {"kind": "forged", "result": "1,NaN", "size": LARGE}
_ROWS: Final = {"kind": "forged", "method": "search_read", "size": LARGE}
_QUADRATIC: Final = '{"name": {"type": "many2one", "relation": "%s"}}' % ("://" * 30_000)


async def bombs_at_tests(attacker: Attacker) -> None:
    for fault in (_BOMB, _LONG_ERROR, _NOT_A_NUMBER):
        await attacker.spoil(**fault)
        await attacker.send_often(_AT_ONCE, "POST", _TEST, json=attacker.credentials)


async def bombs_in_syncs(attacker: Attacker) -> None:
    await _spoiled_sync(attacker, _BOMB | {"method": "search_read"})
    await _spoiled_sync(attacker, _LONG_ERROR | {"method": "search_read"})


async def bad_pages(attacker: Attacker) -> None:
    await _spoiled_sync(attacker, _ROWS | {"result": '{"id":1}'})
    await _spoiled_sync(attacker, _ROWS | {"result": '{"id":1,"name":"x"},[]'})


async def pages_without_numbers(attacker: Attacker) -> None:
    await _spoiled_sync(attacker, _ROWS | {"result": '{"id":1,"color":NaN}'})


async def quadratic_texts(attacker: Attacker) -> None:
    await _spoiled_sync(attacker, {"kind": "forged", "method": "fields_get", "result": _QUADRATIC})


async def silent_names(attacker: Attacker) -> None:
    ids = await webhooks(attacker, "https://{}.silent.test/hook")
    sent = [await attacker.send("POST", f"{WEBHOOKS}/{one}/test") for one in ids]
    delivery = next(
        f"{ids[n]}/deliveries/{told['id']}" for n, told in enumerate(sent) if "id" in told
    )

    async def was_tried() -> bool:
        shown = await attacker.send("GET", f"{WEBHOOKS}/{delivery}")
        return bool(shown.get("tries"))

    await until(was_tried)


async def webhooks(attacker: Attacker, url: str) -> list[int]:
    """Return the ids of twenty webhooks at the URL, made if there are none yet."""
    found: list[dict[str, Any]] = (await attacker.send("GET", WEBHOOKS))["items"]
    for number in range(len(found), 20):
        made = await attacker.send("POST", WEBHOOKS, json={"url": url.format(number)})
        found.append(made)
    return [one["id"] for one in found]


async def _spoiled_sync(attacker: Attacker, fault: dict[str, Any]) -> None:
    await attacker.connect()
    await attacker.spoil(**fault)
    await attacker.send("POST", SYNC, json={"full": True})
