from __future__ import annotations

import pytest

from jumping_clock import jumping_clock
from odoosync.odoo.messages import Answer, Request
from odoosync.odoo.rate_limits import RateLimitedHandler, wait_for
from unit.odoo.replay import NOW, Replay, json

SOON = Answer(429, {"retry-after": "0"}, b"", NOW)
LATER = Answer(429, {"retry-after": "3600"}, b"", NOW)


@pytest.mark.parametrize(
    ("told", "waited"),
    [
        ("3", 3.0),
        ("10", 10.0),
        ("11", None),
        ("Mon, 23 Nov 2026 17:00:09 GMT", 9.0),
        ("Mon, 23 Nov 2026 17:00:11 GMT", None),
        ("Mon, 23 Nov 2026 16:59:00 GMT", 1.0),
        ("0", 1.0),
        ("soon", 1.0),
        ("", 1.0),
    ],
)
def test_a_near_end_of_a_limit_is_waited_for(told: str, waited: float | None) -> None:
    assert wait_for(Answer(429, {"retry-after": told}, b"", NOW), 20.0) == waited


def test_no_more_is_waited_than_there_is_time_for() -> None:
    assert wait_for(Answer(429, {"retry-after": "5"}, b"", NOW), 4.0) is None


@pytest.mark.parametrize("status", [200, 404, 503])
def test_no_other_status_is_waited_for(status: int) -> None:
    assert wait_for(Answer(status, {"retry-after": "1"}, b"", NOW), 20.0) is None


async def test_a_limited_call_is_sent_again_and_told_once() -> None:
    told: list[str] = []

    async def tell() -> None:
        told.append("limited")

    odoo = Replay([SOON, SOON, json([])])
    handler = RateLimitedHandler(odoo, 20.0, tell)
    with jumping_clock():
        answer = await handler.handle(Request("POST", "http://odoo", body=b"[7]"))
    assert (answer.status, told, handler.is_limited) == (200, ["limited"], True)
    assert [one["body"] for one in odoo.sent] == [[7]] * 3


async def test_waits_are_over_before_the_time_is_up() -> None:
    answers: list[Answer | Exception] = [Answer(429, {"retry-after": "8"}, b"", NOW)] * 5
    odoo = Replay(answers)
    with jumping_clock():
        answer = await RateLimitedHandler(odoo, 20.0).handle(Request("POST", "http://odoo"))
    assert (answer.status, len(odoo.sent)) == (429, 3)


async def test_without_patience_the_answer_is_handed_on() -> None:
    handler = RateLimitedHandler(Replay([SOON]))
    assert (await handler.handle(Request("GET", "http://odoo"))).status == 429
    assert handler.is_limited


async def test_a_far_end_is_handed_on_at_once() -> None:
    assert (
        await RateLimitedHandler(Replay([LATER]), 20.0).handle(Request("GET", "http://odoo"))
    ) is LATER
