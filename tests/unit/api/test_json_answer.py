from __future__ import annotations

from typing import Any

import orjson
import pytest

from odoosync.api.json_answer import JsonAnswer, encode, json_answer
from odoosync.event_loop import LoopShare
from ticking import TickingClock, turns_of

DOCUMENTS: list[Any] = [
    {},
    [],
    None,
    "Grüezi",
    {"items": [], "next_cursor": None},
    {"items": [{"id": 1, "tags": [1, 2], "country_id": {"id": 43, "name": "Bern"}}] * 3},
    {"data": {"contacts": {"items": [{"name": 'a "b"'}]}}, "errors": [{"message": "x"}]},
    {"data": None},
]


@pytest.mark.parametrize("levels", range(5))
@pytest.mark.parametrize("document", DOCUMENTS)
async def test_pieces_are_the_same_json(document: Any, levels: int) -> None:
    assert b"".join(await encode(document, levels=levels)) == orjson.dumps(document)


async def test_items_may_be_made_as_they_are_taken() -> None:
    pieces = await encode({"items": ({"id": one} for one in range(2))}, levels=2)
    assert b"".join(pieces) == b'{"items":[{"id":0},{"id":1}]}'
    assert b"".join(await encode({"items": iter(())}, levels=2)) == b'{"items":[]}'


async def test_rendering_many_records_lets_others_run() -> None:
    clock = TickingClock()
    async with turns_of(clock) as turns:
        document = {"items": [{"id": one} for one in range(1000)]}
        await encode(document, levels=2, share=LoopShare(clock))
    assert turns.longest <= 12


async def test_a_large_answer_is_sent_in_pieces_and_says_how_large_it_is() -> None:
    document = {"items": [{"text": "x" * 1000}] * 300}
    answer = await json_answer(document)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any: ...

    await answer({"type": "http"}, receive, send)
    bodies = [message["body"] for message in sent[1:]]
    assert b"".join(bodies) == orjson.dumps(document)
    assert max(map(len, bodies)) < 100_000
    assert isinstance(answer, JsonAnswer)
    assert answer.headers["content-length"] == str(len(orjson.dumps(document)))
    assert answer.headers["content-type"] == "application/json"
