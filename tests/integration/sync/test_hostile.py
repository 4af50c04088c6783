"""Rows that take Odoo's time for ever, rows without end, values of other types: what is bounded."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from integration.sync.copying import EQUAL, Copy
from integration.sync.direct import DirectOdoo, HandClock
from odoo_sandbox import World
from odoosync.odoo.client import OdooClient
from odoosync.odoo.errors import TimedOut
from odoosync.odoo.messages import Answer, Request
from odoosync.odoo.sealed import Sealed
from odoosync.sync.engine import ceiling
from odoosync.sync.tables import set_aside

PARTNER = "res.partner"


@pytest.fixture
def bad(world: World) -> int:
    found: list[int] = world.execute(PARTNER, "search", [["parent_id", "!=", False]], limit=7)
    return found[-1]


@pytest.fixture
def slow(bad: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let every read of one row time out, of these fields or of any; `id` can be read."""
    fields: list[str] = []
    read = OdooClient._read

    async def slowly(self: OdooClient, *given: Any, **more: Any) -> Any:
        told = await read(self, *given, **more)
        found = told.rows() if isinstance(told, Sealed) else told
        asked = set(given[3].get("fields", ())) - {"id"}
        touches = asked & set(fields) if fields else asked
        if touches and any(row["id"] == bad for row in found):
            raise TimedOut
        return told

    monkeypatch.setattr(OdooClient, "_read", slowly)
    return fields


async def aside(copy: Copy) -> list[tuple[int, str, str]]:
    async with copy.database.tenant(copy.tenant_id, write=False) as tx:
        found = await tx.all(tx.select(set_aside).order_by(set_aside.c.odoo_id))
    return [(row.odoo_id, row.field, row.error_code) for row in found]


async def test_a_field_that_always_times_out_costs_only_itself(
    copy: Copy, bad: int, slow: list[str]
) -> None:
    slow.append("comment")
    run = await copy.sync()
    assert (run.status, run.error) == ("succeeded", None)
    assert await aside(copy) == [(bad, "comment", "odoo_timed_out")]
    assert len(await copy.rows()) == len(copy.world.table(PARTNER).ids)


async def test_what_timed_out_is_tried_again_after_a_day(
    copy: Copy, bad: int, slow: list[str], clock: HandClock
) -> None:
    slow.append("comment")
    await copy.sync()
    slow[:] = ["no such field"]
    clock.advance(3_600)
    await copy.sync()
    assert await aside(copy) != []
    clock.advance(24 * 3_600)
    await copy.sync()
    assert await aside(copy) == []
    assert await copy.difference() == EQUAL
    assert bad in await copy.rows()


async def test_an_odoo_that_falls_silent_is_not_asked_for_smaller_pages(
    synced: Copy, odoo: DirectOdoo
) -> None:
    def before(_model: str, method: str) -> None:
        if method in {"search_read", "search"}:
            raise TimedOut

    odoo.before = before
    odoo.asked.clear()
    run = await synced.sync(full=True)
    assert (run.status, run.error_code) == ("failed", "odoo_timed_out")
    assert len(odoo.asked) < 8


class EndlessOdoo(DirectOdoo):
    """Sends pages of ascending ids for ever, once asked for more than there is."""

    fakes = 0

    async def handle(self, request: Request) -> Answer:
        answer = await super().handle(request)
        payload = self.payloads[-1]
        if self.asked[-1] != (PARTNER, "search_read") or not self.fakes:
            return answer
        rows = orjson.loads(answer.body)
        last = max((row["id"] for row in rows), default=self.fakes)
        size = payload.get("limit") or 0
        if len(rows) < size:
            fakes = [{"id": last + n, "name": "x"} for n in range(1, size - len(rows) + 1)]
            self.fakes = last + len(fakes)
            rows += fakes
        return Answer(answer.status, answer.headers, orjson.dumps(rows), answer.date)


@pytest.fixture
def odoo(world: World) -> DirectOdoo:
    return EndlessOdoo(world)


async def test_rows_without_end_are_told_and_bounded(
    copy: Copy, odoo: EndlessOdoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ceiling, "MARGIN", 3_000)
    odoo.fakes = 1
    run = await copy.sync()
    assert (run.status, run.error_code) == ("failed", "odoo_endless_answer")
    stored = len(await copy.rows())
    assert stored < 10_000
    assert "came, of 6" in run.error
    await copy.sync()
    assert len(await copy.rows()) <= stored
