"""What a call may answer: nothing is made of bytes that are more than that."""

from __future__ import annotations

import sys
import traceback
from typing import Any

import pytest

from odoosync.odoo.bounds import FIELDS, PAGE, SMALL, Bound, bound_of
from odoosync.odoo.client import OdooClient
from odoosync.odoo.errors import AnswerTooLarge, BadAnswer, BrokenAnswer, RequestRejected
from odoosync.odoo.fields import Field
from odoosync.odoo.messages import Answer
from odoosync.odoo.refusals import LONGEST_TEXT, quoted, refused
from odoosync.odoo.sealed import Sealed, read_json
from odoosync.odoo.wire import Wire
from unit.odoo.replay import KEY, NOW, Replay, facts, json, login

MIB = 2**20
HOSTILE_NAMES = [
    "", "a b", "x" * 129, "://:" * 20_000, "name\0", "na\ud800me", "na\nme", "../x", "É" * 200,
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "asked", "bound"),
    [
        ("search_count", {"domain": []}, SMALL),
        ("context_get", {}, SMALL),
        ("anything_else", {}, SMALL),
        ("fields_get", {}, FIELDS),
        ("search_read", {"limit": 1_000}, PAGE),
        ("search", {"limit": 100_000}, Bound(64 * 1024 + 2_400_000, 100_064)),
        ("search", {}, PAGE),
    ],
)
def test_each_method_is_bounded_by_what_it_can_answer(
    method: str, asked: dict[str, Any], bound: Bound
) -> None:
    assert bound_of(method, asked) == bound


@pytest.mark.parametrize("piece", [b"[]", b"{}", b"0", b'"a"', b'{"a":0}'])
def test_of_too_many_values_nothing_is_made(piece: bytes) -> None:
    body = b"[" + (piece + b",") * 2 * MIB + b"0]"
    before = sys.getallocatedblocks()
    with pytest.raises(AnswerTooLarge) as caught:
        read_json(body)
    assert sys.getallocatedblocks() - before < 10_000
    assert caught.value.__context__ is None


@pytest.mark.parametrize("number", [b"NaN", b"1e400", b"-Infinity"])
def test_nor_where_one_of_them_is_no_number(number: bytes) -> None:
    with pytest.raises(AnswerTooLarge):
        read_json(b"[" + number + b",1" * 200_001 + b"]", FIELDS)


@pytest.mark.parametrize("opens", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("number", [b"0", b"NaN"])
def test_what_is_nested_without_end_is_no_answer(opens: bytes, number: bytes) -> None:
    with pytest.raises(BrokenAnswer):
        read_json(opens * 20_000 + number)


def test_a_page_of_one_endless_row_is_too_large() -> None:
    row = b'[{"id":1,"x":[' + b"[]," * MIB + b"0]}]"
    page = Sealed.of(row, in_reply=False)
    assert page is not None
    with pytest.raises(AnswerTooLarge):
        page.rows()
    with pytest.raises(AnswerTooLarge):
        list(page.pieces())


@pytest.mark.parametrize("length", [LONGEST_TEXT, 20 * MIB])
def test_a_text_of_odoo_is_cut_before_it_is_looked_at(length: int) -> None:
    data = {"name": "odoo.exceptions.UserError", "message": "x y " * (length // 4)}
    error = refused(data, model="res.partner", login=login())
    assert isinstance(error, RequestRejected)
    assert len(error.message) < 300


@pytest.mark.parametrize("at", range(LONGEST_TEXT - len(KEY) - 2, LONGEST_TEXT + 2))
def test_no_part_of_a_secret_is_left_where_a_text_was_cut(at: int) -> None:
    said = quoted(f"{' ' * at}{KEY} and more", KEY)
    assert not any(KEY[:size] in said for size in range(4, len(KEY)))


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_names_that_cannot_be_odoos_are_refused_where_they_arrive(name: str) -> None:
    with pytest.raises(BadAnswer):
        Field.of(name, {"type": "char"})
    with pytest.raises(BadAnswer):
        Field.of("name", {"type": name})
    if name:
        with pytest.raises(BadAnswer):
            Field.of("parent_id", {"type": "many2one", "relation": name})


@pytest.mark.parametrize("kind", [None, 1, [], {}, {"a": []}])
def test_so_are_kinds_that_are_no_names(kind: Any) -> None:
    with pytest.raises(BadAnswer):
        Field.of("name", {"type": kind})


@pytest.mark.parametrize("label", ["x" * MIB, "a\0b\ud800c", "one\ntwo", ["x"], None, 7])
def test_a_label_is_one_short_line(label: Any) -> None:
    shown = Field.of("name", {"type": "char", "string": label}).string
    assert 0 < len(shown) <= 200
    assert shown.isprintable()


async def test_the_bound_of_a_call_goes_with_it() -> None:
    transport = Replay([json(0), json({"id": {"type": "integer"}}), json([])])
    client = OdooClient(Wire(transport, login()), facts("19.0", "json2"), now=NOW)
    await client.search_count("res.partner", [])
    await client.fields_get("res.partner")
    await client.search_read("res.partner", [], ["name"])
    assert [sent["bound"] for sent in transport.sent] == [SMALL, FIELDS, PAGE]


async def test_an_answer_that_is_too_large_does_not_live_on_in_its_error() -> None:
    body = b"[" + b"[]," * 100_001 + b"[]]"
    told = Answer(200, {"content-type": "application/json"}, body, NOW)
    del body
    client = OdooClient(Wire(Replay([told]), login()), facts("19.0", "json2"), now=NOW)
    with pytest.raises(AnswerTooLarge) as caught:
        await client.search_read("res.partner", [], ["name"], bound=FIELDS)
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    assert not any(told in frame.f_locals.values() for frame in frames[1:])
