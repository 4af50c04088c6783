"""Whatever is behind a private address, the log of deliveries says the same."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace

from integration.odoo.servers import Exchange, serving
from odoosync.notifications.http_delivery import Limits, WebhookClient, webhook_guard
from ports import free_port
from waiting import PATIENCE_S

LIMITS = Limits(connect=PATIENCE_S, total=0.5)


async def hang(exchange: Exchange) -> None:
    await exchange.hang()


async def mumble(exchange: Exchange) -> None:
    await exchange.send(b"-ERR unknown command\r\n")


async def have_no_page(exchange: Exchange) -> None:
    await exchange.reply(b"Secret wiki", "Retry-After: 7", status="404 Not Found")


async def take_it(exchange: Exchange) -> None:
    await exchange.reply(b"Secret wiki")


async def test_all_that_fails_there_is_told_alike() -> None:
    async with AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(serving(script))
            for script in (hang, mumble, have_no_page, take_it)
        ]
        ports = [str(free_port()), *(one.url.rpartition(":")[2] for one in servers)]
        client = WebhookClient(webhook_guard([f"127.0.0.1:{port}" for port in ports[:-1]]), LIMITS)
        told = [await client.post(f"http://127.0.0.1:{port}/", {}, b"{}") for port in ports]
        await client.close()
    assert all(one == told[0] for one in told)
    assert (told[0].status, told[0].excerpt, told[0].took_ms) == (None, None, 0)
    assert "ODOOSYNC_ALLOWED_WEBHOOK_HOSTS" in str(told[0].error)


async def test_nothing_of_an_answer_is_kept_that_took_the_message() -> None:
    async with serving(take_it) as server:
        client = WebhookClient(webhook_guard(["127.0.0.1:*"]), replace(LIMITS, total=PATIENCE_S))
        result = await client.post(server.url, {}, b"{}")
        await client.close()
    assert (result.status, result.error, result.excerpt) == (200, None, None)
