"""Receivers that misbehave below HTTP, and what the log says of each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from integration.notifications.telling import LOOPBACK
from integration.odoo.servers import Exchange, serving
from odoosync.notifications.delivery_result import DeliveryResult
from odoosync.notifications.http_delivery import Limits, WebhookClient
from waiting import PATIENCE_S

pytestmark = pytest.mark.usefixtures("public_loopback")
LIMITS = Limits(connect=PATIENCE_S, total=PATIENCE_S, answer=0.1)
IMPATIENT = Limits(connect=PATIENCE_S, total=0.5)


@pytest.fixture
async def client() -> AsyncIterator[WebhookClient]:
    opened = WebhookClient(LOOPBACK, LIMITS)
    yield opened
    await opened.close()


@pytest.fixture
async def impatient() -> AsyncIterator[WebhookClient]:
    opened = WebhookClient(LOOPBACK, IMPATIENT)
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


async def post(
    client: WebhookClient, script: Callable[[Exchange], Awaitable[None]]
) -> DeliveryResult:
    async with serving(script) as server:
        return await client.post(f"{server.url}/hook", {}, b"{}")


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (cut, "The connection broke off, or the answer was no HTTP."),
        (mumble, "The connection broke off, or the answer was no HTTP."),
        (ask_for_time, "The receiver answered 429."),
    ],
)
async def test_what_goes_wrong_is_a_sentence(
    client: WebhookClient, script: Callable[[Exchange], Awaitable[None]], error: str
) -> None:
    assert (await post(client, script)).error == error


async def test_a_receiver_that_hangs_is_given_up(impatient: WebhookClient) -> None:
    assert (await post(impatient, hang)).error == "The receiver did not answer within 0.5 seconds."


async def test_a_status_counts_though_its_answer_has_no_end(client: WebhookClient) -> None:
    result = await post(client, never_end)
    assert (result.status, result.error, result.excerpt) == (200, None, "thanks")


async def test_a_receiver_may_say_when_to_come_back(client: WebhookClient) -> None:
    assert (await post(client, ask_for_time)).retry_after == 120


async def test_where_nobody_listens_it_says_so(client: WebhookClient) -> None:
    result = await client.post("http://127.0.0.1:1/", {}, b"{}")
    assert result.error == "No connection to the receiver could be made."


async def test_what_speaks_no_tls_is_told(impatient: WebhookClient) -> None:
    async with serving(hang) as server:
        result = await impatient.post(server.url.replace("http:", "https:"), {}, b"{}")
    assert result.error is not None
    assert result.status is None
