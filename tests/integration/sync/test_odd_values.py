"""Rows whose values have other types than their fields: stored or set aside, and never the end."""

from __future__ import annotations

from typing import Any, Final

import orjson
import pytest

from integration.sync.copying import Copy
from integration.sync.direct import DirectOdoo
from integration.verify.checking import verify
from odoosync.odoo.transport import Answer
from odoosync.sandbox import World

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
]


class OddOdoo(DirectOdoo):
    """Sends one value in the place of every other field of one row."""

    row = 0
    value: Any = None
    odd = False

    async def send(self, *given: Any, **more: Any) -> Answer:
        answer = await super().send(*given, **more)
        if self.odd and self.asked[-1] == (PARTNER, "search_read"):
            told = orjson.loads(answer.body)
            rows = told["result"] if isinstance(told, dict) else told
            for row in rows:
                if row["id"] == self.row:
                    row.update({name: self.value for name in row if name != "id"})
            return Answer(answer.status, answer.headers, orjson.dumps(told), answer.date)
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
