"""Receivers that misbehave below HTTP, and what the log says of each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from integration.notifications.telling import LOOPBACK
from integration.odoo.servers import Exchange, serving
from odoosync.notifications.outcome import Outcome
from odoosync.notifications.posting import Limits, Poster
from waiting import PATIENCE_S

pytestmark = pytest.mark.usefixtures("public_loopback")
LIMITS = Limits(connect=PATIENCE_S, total=PATIENCE_S, answer=0.1)
IMPATIENT = Limits(connect=PATIENCE_S, total=0.5)


@pytest.fixture
async def poster() -> AsyncIterator[Poster]:
    opened = Poster(LOOPBACK, LIMITS)
    yield opened
    await opened.close()


@pytest.fixture
async def impatient() -> AsyncIterator[Poster]:
    opened = Poster(LOOPBACK, IMPATIENT)
    yield opened
    await opened.close()


async def hang(exchange: Exchange) -> None:
    await exchange.hang()


async def cut(exchange: Exchange) -> None:
    exchange.writer.close()


async def mumble(exchange: Exchange) -> None:
    await exchange.send(b"hello there\r\n\r\n")


async def never_end(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nthanks")
    await exchange.hang()


async def ask_for_time(exchange: Exchange) -> None:
    await exchange.reply(b"", "Retry-After: 120", status="429 Too Many Requests")


async def post(poster: Poster, script: Callable[[Exchange], Awaitable[None]]) -> Outcome:
    async with serving(script) as server:
        return await poster.post(f"{server.url}/hook", {}, b"{}")


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (cut, "The connection broke off, or the answer was no HTTP."),
        (mumble, "The connection broke off, or the answer was no HTTP."),
        (ask_for_time, "The receiver answered 429."),
    ],
)
async def test_what_goes_wrong_is_a_sentence(
    poster: Poster, script: Callable[[Exchange], Awaitable[None]], error: str
) -> None:
    assert (await post(poster, script)).error == error


async def test_a_receiver_that_hangs_is_given_up(impatient: Poster) -> None:
    assert (await post(impatient, hang)).error == "The receiver did not answer within 0.5 seconds."


async def test_a_status_counts_though_its_answer_has_no_end(poster: Poster) -> None:
    outcome = await post(poster, never_end)
    assert (outcome.status, outcome.error, outcome.excerpt) == (200, None, "thanks")


async def test_a_receiver_may_say_when_to_come_back(poster: Poster) -> None:
    assert (await post(poster, ask_for_time)).retry_after == 120


async def test_where_nobody_listens_it_says_so(poster: Poster) -> None:
    outcome = await poster.post("http://127.0.0.1:1/", {}, b"{}")
    assert outcome.error == "No connection to the receiver could be made."


async def test_what_speaks_no_tls_is_told(impatient: Poster) -> None:
    async with serving(hang) as server:
        outcome = await impatient.post(server.url.replace("http:", "https:"), {}, b"{}")
    assert outcome.error is not None
    assert outcome.status is None
