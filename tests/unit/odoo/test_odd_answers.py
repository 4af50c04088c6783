"""Answers that are JSON and still not what Odoo says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from odoosync.odoo.client import OdooClient
from odoosync.odoo.errors import BadAnswer, BrokenAnswer
from odoosync.odoo.messages import Answer, date_of
from unit.odoo.replay import KEY, json
from unit.odoo.test_client import answering

Ask = Callable[[OdooClient], Awaitable[object]]


@pytest.mark.parametrize("odd", [None, "7", 7.0, True, 2**63, {"a": 1}])
async def test_a_row_without_a_whole_number_as_its_id_is_a_bad_answer(odd: Any) -> None:
    odoo, _ = answering(json([{"id": 1}, {"id": odd}]))
    with pytest.raises(BadAnswer):
        await odoo.search_read("res.partner", [], ["name"])


@pytest.mark.parametrize("ids", [[1, "b"], [1, None], [True], [2**63]])
async def test_ids_that_are_none_are_a_bad_answer(ids: Any) -> None:
    odoo, _ = answering(json(ids))
    with pytest.raises(BadAnswer):
        await odoo.search("res.partner", [])


@pytest.mark.parametrize("count", [-5, 2**63])
async def test_a_count_that_is_none_is_a_bad_answer(count: Any) -> None:
    odoo, _ = answering(json(count))
    with pytest.raises(BadAnswer):
        await odoo.search_count("res.partner", [])


@pytest.mark.parametrize("told", [None, "12", False, True, {"status": "maintenance"}, {}])
@pytest.mark.parametrize(
    "ask",
    [
        lambda odoo: odoo.fields_get("res.partner"),
        lambda odoo: odoo.search_read("res.partner", [], ["name"]),
        lambda odoo: odoo.search("res.partner", []),
        lambda odoo: odoo.search_count("res.partner", []),
        lambda odoo: odoo.count_and_sum_of_ids("res.partner", []),
    ],
    ids=["fields_get", "search_read", "search", "search_count", "count_and_sum"],
)
async def test_json_of_another_form_is_a_broken_answer(ask: Ask, told: Any) -> None:
    odoo, _ = answering(json(told))
    with pytest.raises(BrokenAnswer, match="not in Odoo's form"):
        await ask(odoo)


PAGE = b"\xef\xbb\xbf\n<!doctype html><html><TITLE lang='x'>\n Back  soon &amp; well </TITLE>"


@pytest.mark.parametrize("protocol", ["16.0", "19.0"])
@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "was empty"),
        (b" \r\n", "was empty"),
        (b'{"jsonrpc": "2.0", "id": 1, "result": [{"id": 1}, {"i', "ended in the middle"),
        (b'[{"id": 1, "name": "\xc3', "ended in the middle"),
        (b"[1,2", "ended in the middle"),
        (b"upstream connect error", "not JSON"),
        (b'[{"id": 1}]]', "not JSON"),
        (PAGE, "web page, “Back soon & well”, came"),
        (b"<html>", "A web page came"),
        (b"<?xml version='1.0'?><title>%b</title>" % KEY.encode(), r"“\*{8}”"),
    ],
)
async def test_what_is_no_json_says_what_it_is(protocol: str, body: bytes, told: str) -> None:
    odoo, _ = answering(Answer(200, {"content-type": "text/html"}, body, None), version=protocol)
    with pytest.raises(BrokenAnswer, match=told) as caught:
        await odoo.search("res.partner", [])
    assert caught.value.retriable
    assert KEY not in str(caught.value)
    assert caught.value.__context__ is None


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


@pytest.mark.parametrize("groups", [["x"], [{"__count": "x"}], [{"id:sum": [1]}]])
async def test_groups_of_another_shape_are_a_bad_answer(groups: Any) -> None:
    odoo, _ = answering(json(groups))
    with pytest.raises(BadAnswer):
        await odoo.count_and_sum_of_ids("res.partner", [])


@pytest.mark.parametrize("text", ["", "yesterday", "Fri, 31 Dec 9999 23:59:59 -2359"])
def test_a_date_beyond_all_time_is_nodate_of(text: str) -> None:
    assert date_of({"date": text}) is None
