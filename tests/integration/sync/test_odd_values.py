"""Rows whose values have other types than their fields: stored or set aside, and never the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import orjson
import pytest

from integration.sync.copying import Copy
from integration.sync.direct import DirectOdoo
from integration.verify.checking import verify
from odoo_sandbox import World
from odoosync.odoo.messages import Answer, Request
from odoosync.sync.engine import keeping

PARTNER = "res.partner"
ODD: Final[list[Any]] = [
    "text",
    "",
    "a\x00b",
    "\x00",
    0,
    -1,
    2**53 + 1,
    2**63 - 1,
    1.5,
    1e308,
    True,
    None,
    [],
    [1, 2, 3],
    [[1, "x"]],
    [7, "name"],
    ["x", 7],
    {},
    {"id": 1, "display_name": "x"},
    {"a\x00": {"b": ["\x00"]}},
    "9999-99-99 99:99:99",
    "0001-01-01",
    "x" * 100_000,
    [None] * 50,
    "deep",
]
DEEP = b"[" * 300 + b"]" * 300
"""Deeper than is written down again: it stands where `deep` does."""


class OddOdoo(DirectOdoo):
    """Sends one value in the place of every other field of one row."""

    row = 0
    value: Any = None
    odd = False

    async def handle(self, request: Request) -> Answer:
        answer = await super().handle(request)
        if self.odd and self.asked[-1] == (PARTNER, "search_read"):
            told = orjson.loads(answer.body)
            rows = told["result"] if isinstance(told, dict) else told
            for row in rows:
                if row["id"] == self.row:
                    row.update({name: self.value for name in row if name != "id"})
            body = orjson.dumps(told).replace(b'"deep"', DEEP)
            return Answer(answer.status, answer.headers, body, answer.date)
        return answer


@pytest.fixture
def odoo(world: World) -> DirectOdoo:
    return OddOdoo(world)


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:25])
async def test_a_row_of_other_types_costs_no_other_row(
    synced: Copy, odoo: OddOdoo, value: Any
) -> None:
    before = {odoo_id: row.data for odoo_id, row in (await synced.rows()).items()}
    odoo.row, odoo.value, odoo.odd = sorted(before)[7], value, True
    run = await synced.sync(full=True)
    assert (run.status, run.error) == ("succeeded", None)
    after = {odoo_id: row.data for odoo_id, row in (await synced.rows()).items()}
    assert {k: v for k, v in after.items() if k != odoo.row} == {
        k: v for k, v in before.items() if k != odoo.row
    }
    assert (await verify(synced, "contacts")).truth == 1.0
    odoo.odd = False
    await synced.sync(full=True)
    assert {odoo_id: row.data for odoo_id, row in (await synced.rows()).items()} == before


@pytest.mark.parametrize(
    "error", [OverflowError("too large"), UnicodeEncodeError("utf-8", "", 0, 1, "")]
)
async def test_what_the_database_cannot_hold_is_told_as_odoos_fault_at_once(
    copy: Copy, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def refuses(*_: Any) -> None:
        raise error

    monkeypatch.setattr(keeping, "_store", refuses)
    run = await copy.sync()
    assert (run.status, run.error_code, run.attempts) == ("failed", "odoo_bad_answer", 1)
    assert "cannot hold" in run.error


async def test_names_that_no_odoo_has_fail_the_run_and_say_so(
    copy: Copy, odoo: DirectOdoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = odoo.handle

    async def hostile(request: Request) -> Answer:
        told = await answer(request)
        body = told.body.replace(b'"res.country"', b'"%b"' % (b"://:" * 20_000))
        return replace(told, body=body) if odoo.asked[-1][1] == "fields_get" else told

    monkeypatch.setattr(odoo, "handle", hostile)
    run = await copy.sync()
    assert (run.status, run.error_code) == ("failed", "odoo_bad_answer")
