"""Answers that are JSON and still not what Odoo says."""

from __future__ import annotations

from typing import Any

import pytest

from odoosync.odoo.errors import BadAnswer
from odoosync.odoo.transport import Answer, _date
from unit.odoo.replay import json
from unit.odoo.test_client import answering


@pytest.mark.parametrize("odd", [None, "7", 7.0, True, 2**63, {"a": 1}])
async def test_a_row_without_a_whole_number_as_its_id_is_a_bad_answer(odd: Any) -> None:
    odoo, _ = answering(json([{"id": 1}, {"id": odd}]))
    with pytest.raises(BadAnswer):
        await odoo.search_read("res.partner", [], ["name"])


@pytest.mark.parametrize("ids", [[1, "b"], [1, None], [True], [2**63], "12"])
async def test_ids_that_are_none_are_a_bad_answer(ids: Any) -> None:
    odoo, _ = answering(json(ids))
    with pytest.raises(BadAnswer):
        await odoo.search("res.partner", [])


@pytest.mark.parametrize("count", [-5, 2**63, "12", True, None])
async def test_a_count_that_is_none_is_a_bad_answer(count: Any) -> None:
    odoo, _ = answering(json(count))
    with pytest.raises(BadAnswer):
        await odoo.search_count("res.partner", [])


@pytest.mark.parametrize(
    "word", [b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-%b" % (b"9" * 400)]
)
async def test_a_number_that_is_none_is_no_value(word: bytes) -> None:
    body = b'[{"id": 1, "name": "NaN", "credit": %b}]' % word
    odoo, _ = answering(Answer(200, {"content-type": "application/json"}, body, None))
    rows = await odoo.search_read("res.partner", [], ["name", "credit"])
    assert rows == [{"id": 1, "name": "NaN", "credit": None}]


async def test_a_long_number_reads_the_same_beside_one_that_is_none() -> None:
    body = b'[{"id": 1, "long": %b, "credit": NaN}]' % (b"9" * 30)
    odoo, _ = answering(Answer(200, {"content-type": "application/json"}, body, None))
    rows = await odoo.search_read("res.partner", [], ["long", "credit"])
    assert rows == [{"id": 1, "long": 1e30, "credit": None}]


async def test_half_a_surrogate_pair_spoils_no_page() -> None:
    body = rb'[{"id": 1, "name": "a\ud83d"}, {"id": 2, "name": "\ud83d\ude00"}]'
    odoo, _ = answering(Answer(200, {"content-type": "application/json"}, body, None))
    rows = await odoo.search_read("res.partner", [], ["name"])
    assert rows == [{"id": 1, "name": "a\ud83d"}, {"id": 2, "name": "😀"}]


@pytest.mark.parametrize("groups", [None, ["x"], [{"__count": "x"}], [{"id:sum": [1]}]])
async def test_groups_of_another_shape_are_a_bad_answer(groups: Any) -> None:
    odoo, _ = answering(json(groups))
    with pytest.raises(BadAnswer):
        await odoo.count_and_sum_of_ids("res.partner", [])


@pytest.mark.parametrize("text", ["", "yesterday", "Fri, 31 Dec 9999 23:59:59 -2359"])
def test_a_date_beyond_all_time_is_no_date(text: str) -> None:
    assert _date({"date": text}) is None
