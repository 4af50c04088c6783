"""A sealed page tells at a glance what it holds, and its pieces are its rows."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoosync.odoo import sealed
from odoosync.odoo.errors import BadAnswer, BrokenAnswer
from odoosync.odoo.sealed import Glance, Sealed

values = st.one_of(
    st.booleans(),
    st.integers(-(2**31), 2**31),
    st.text(max_size=20),
    st.lists(st.integers(0, 99), max_size=3),
    st.sampled_from(['{"id": 1', '}, {"id": 7, "a": "', "{", "}]", '"id":5,']),
    st.just([{"id": 3}]),
    st.just({"id": 4, "more": {"id": 5}}),
)
rows = st.lists(st.dictionaries(st.sampled_from(["name", "note", "tags"]), values), max_size=9)

STYLES = [{"spaced": one, "reply": other} for one in (True, False) for other in (True, False)]


def page(found: list[dict[str, Any]], *, spaced: bool, reply: bool) -> bytes:
    told = [{"id": number, **row} for number, row in enumerate(found, 11)]
    answer = {"jsonrpc": "2.0", "id": 3, "result": told} if reply else told
    separators = (", ", ": ") if spaced else (",", ":")
    return json.dumps(answer, separators=separators, ensure_ascii=False).encode()


@given(rows, st.sampled_from(STYLES))
def test_pieces_are_the_rows_wherever_a_glance_counts_them_right(
    found: list[dict[str, Any]], style: dict[str, bool]
) -> None:
    answer = Sealed.of(page(found, **style), in_reply=style["reply"])
    assert answer is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealed, "_PIECE", 40)
        expected, seen = answer.rows(), answer.glance()
        if seen is None:
            return
        try:
            told = [row for piece in answer.pieces() for row in piece]
        except (BadAnswer, BrokenAnswer):
            told = []
        if len(told) == seen.rows:
            assert told == expected
            assert seen == Glance(len(expected), 11, expected[-1]["id"])
        else:
            assert "{" in str([list(row.values()) for row in expected])


@pytest.mark.parametrize("style", STYLES)
def test_a_page_of_plain_rows_is_counted_at_a_glance(style: dict[str, bool]) -> None:
    found = [{"name": f'A "quoted" one, no. {number}', "tags": [1, 2]} for number in range(500)]
    answer = Sealed.of(page(found, **style), in_reply=style["reply"])
    assert answer is not None
    assert answer.glance() == Glance(500, 11, 510)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealed, "_PIECE", 1_000)
        pieces = list(answer.pieces())
    assert len(pieces) > 20
    assert [row for piece in pieces for row in piece] == answer.rows()


def sealed_of(body: bytes) -> Sealed | None:
    return Sealed.of(body, in_reply=body.startswith(b"{"))


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'[{"name":"a","id":1}]',
        b'[{"id":1,"name":"a {"}]',
        b'[{"id":-1}]',
        b'[{"id":1},{"id":2}',
        b'[{"id":2},{"id":1}]',
        b'[{"id":2},{"id":2}]',
        b'[{"id":1.5}]',
        b'{"jsonrpc":"2.0","id":1,"result":[]}',
        b'{"jsonrpc":"2.0","id":1,"result":[{"id":1}],"error":{"code":200}}',
    ],
)
def test_what_a_glance_cannot_tell_is_left_to_be_read_at_length(body: bytes) -> None:
    answer = sealed_of(body)
    assert answer is not None
    assert answer.glance() is None


@pytest.mark.parametrize(
    ("body", "in_reply"),
    [
        (b"null", False),
        (b"17", False),
        (b"", False),
        (b"<html>[", False),
        (b'{"jsonrpc":"2.0","id":1,"result":[]}', False),
        (b'{"jsonrpc":"2.0","id":1,"error":{"data":[]}}', True),
        (b'{"jsonrpc":"2.0","id":1,"result":true}', True),
        (b'[{"jsonrpc":"2.0","id":7,"result":[]}]', True),
        (b"", True),
    ],
)
def test_what_is_no_list_is_not_sealed(body: bytes, in_reply: bool) -> None:  # noqa: FBT001
    assert Sealed.of(body, in_reply=in_reply) is None


@pytest.mark.parametrize("told", [[1], [{"id": True}], [{"id": "1"}], [{}], [{"id": 2**63}]])
def test_a_list_of_anything_else_is_a_bad_answer(told: list[Any]) -> None:
    answer = sealed_of(orjson.dumps(told))
    assert answer is not None
    with pytest.raises(BadAnswer):
        answer.rows()


def test_a_reply_with_an_error_is_a_broken_answer() -> None:
    answer = sealed_of(b'{"jsonrpc":"2.0","id":1,"result":[],"error":{"code":200}}')
    assert answer is not None
    with pytest.raises(BrokenAnswer):
        answer.rows()


@pytest.mark.parametrize(
    "body", [b'[null,[{"id":5}]', b'{"jsonrpc":"2.0","id":1,"result":[null,[{"id":5}]}']
)
def test_what_stands_before_the_rows_is_read_as_well(body: bytes) -> None:
    answer = sealed_of(body)
    assert answer is not None
    with pytest.raises(BrokenAnswer):
        list(answer.pieces())
