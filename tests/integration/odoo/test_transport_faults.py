"""Servers that misbehave, each of which must end in one of our errors and soon."""

from __future__ import annotations

import asyncio
import gzip
import socket
import traceback
from functools import partial

import pytest

from integration.odoo.servers import Exchange, Script, Server, serving
from odoosync.odoo import errors
from odoosync.odoo.messages import Request
from odoosync.odoo.transport import Transport
from waiting import until

SECRET = "0123456789abcdef0123456789abcdef01234567"
MIB = b"x" * 2**20


async def hangs(exchange: Exchange) -> None:
    await exchange.hang()


async def hangs_after_the_headers(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
    await exchange.hang()


async def drips_its_body(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
    while True:
        await exchange.send(b"x")
        await asyncio.sleep(0.05)


async def drips_its_headers(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        await exchange.send(b"x")
        await asyncio.sleep(0.05)


async def cuts_before_an_answer(exchange: Exchange) -> None:
    exchange.writer.transport.abort()


async def cuts_within_the_body(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
    exchange.writer.close()


async def cuts_within_a_chunk(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe")
    exchange.writer.close()


async def talks_something_else(exchange: Exchange) -> None:
    await exchange.send(b"SSH-2.0-OpenSSH_9.6\r\n\x00\x01\x02")


async def lies_about_gzip(exchange: Exchange) -> None:
    await exchange.reply(b"not gzip at all", "Content-Encoding: gzip")


async def sends_a_header_without_end(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        await exchange.send(MIB)


async def streams_ten_gigabytes(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(10_240):
        await exchange.send(MIB)


async def announces_ten_gigabytes(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\nx")
    await exchange.hang()


async def sends_a_gzip_bomb(exchange: Exchange) -> None:
    await exchange.reply(gzip.compress(MIB * 20), "Content-Encoding: gzip")


async def sends_a_gzip_bomb_of_many_parts(exchange: Exchange) -> None:
    await exchange.reply(gzip.compress(MIB) * 1_000, "Content-Encoding: gzip")


async def sends_to_itself(exchange: Exchange) -> None:
    await exchange.reply(b"", "Location: /again", status="302 Found")


ENDLESS = [hangs, hangs_after_the_headers, drips_its_body, drips_its_headers]
TABLE: list[tuple[Script, type[errors.OdooError]]] = [
    (cuts_before_an_answer, errors.CutOff),
    (cuts_within_the_body, errors.CutOff),
    (cuts_within_a_chunk, errors.CutOff),
    (talks_something_else, errors.BrokenAnswer),
    (lies_about_gzip, errors.BrokenAnswer),
    (sends_a_header_without_end, errors.BrokenAnswer),
    (streams_ten_gigabytes, errors.AnswerTooLarge),
    (announces_ten_gigabytes, errors.AnswerTooLarge),
    (sends_a_gzip_bomb, errors.AnswerTooLarge),
    (sends_a_gzip_bomb_of_many_parts, errors.AnswerTooLarge),
    (sends_to_itself, errors.RedirectRefused),
]


async def failure(transport: Transport, script: Script) -> errors.OdooError:
    """Let a call fail, and see that its error keeps neither the request nor what aiohttp said."""
    async with serving(script) as server:
        with pytest.raises(errors.OdooError) as caught:
            await transport.handle(
                Request("POST", f"{server.url}/x", {"Authorization": SECRET}, b"{}")
            )
    error = caught.value
    assert (error.__cause__, error.__context__) == (None, None)
    assert SECRET not in f"{error!r} {vars(error)}"
    return error


@pytest.mark.parametrize(("script", "kind"), TABLE)
async def test_a_server_that_misbehaves_ends_in_our_error(
    transport: Transport, script: Script, kind: type[errors.OdooError]
) -> None:
    assert type(await failure(transport, script)) is kind


async def test_an_answer_that_is_too_large_does_not_live_on_in_its_error(
    transport: Transport,
) -> None:
    error = await failure(transport, sends_a_gzip_bomb)
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    assert [frame.f_locals["parts"] for frame in frames if "parts" in frame.f_locals] == [[]]


@pytest.mark.parametrize("script", ENDLESS)
async def test_a_server_without_an_end_is_given_up(impatient: Transport, script: Script) -> None:
    assert type(await failure(impatient, script)) is errors.TimedOut


async def test_a_redirect_names_the_path_that_odoo_is_published_below(
    transport: Transport,
) -> None:
    async def elsewhere(exchange: Exchange) -> None:
        await exchange.reply(b"", "Location: https://odoo.example/erp/jsonrpc", status="301 Moved")

    async with serving(elsewhere) as server:
        with pytest.raises(errors.RedirectRefused, match=r"https://odoo\.example/erp "):
            await transport.handle(Request("POST", f"{server.url}/erp/jsonrpc"))


async def test_a_redirect_is_not_followed_but_named(transport: Transport) -> None:
    async def elsewhere(exchange: Exchange) -> None:
        await exchange.reply(b"", "Location: https://Odoo.example/web", status="301 Moved")

    async with serving(elsewhere) as server:
        with pytest.raises(errors.RedirectRefused, match=r"https://odoo\.example ") as caught:
            await transport.handle(Request("GET", f"{server.url}/x"))
    assert caught.value.target == "https://odoo.example"
    assert len(server.requests) == 1


async def test_a_server_that_is_off_is_unreachable(transport: Transport) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(errors.Unreachable, match="Nothing listens"):
            await transport.handle(Request("GET", f"{url}/x"))


async def test_a_compressed_answer_is_unpacked(transport: Transport) -> None:
    async def packed(exchange: Exchange) -> None:
        await exchange.reply(gzip.compress(b"{}"), "Content-Encoding: gzip")

    async with serving(packed) as server:
        answer = await transport.handle(Request("GET", f"{server.url}/x"))
    assert answer.body == b"{}"
    assert b"gzip" in server.requests[0]


async def test_a_hanging_server_holds_up_no_other(transport: Transport) -> None:
    async def answers(exchange: Exchange) -> None:
        await exchange.reply(b"{}")

    async with serving(hangs) as bad, serving(answers) as good:
        stuck = [
            asyncio.create_task(transport.handle(Request("GET", f"{bad.url}/x"))) for _ in range(20)
        ]
        await asyncio.sleep(0)
        answer = await transport.handle(Request("GET", f"{good.url}/x"))
        assert (answer.status, [task.done() for task in stuck]) == (200, [False] * 20)
        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)


async def test_whoever_waits_too_long_for_a_slot_is_told(impatient: Transport) -> None:
    async with serving(hangs) as server:
        calls = (
            impatient.handle(Request("GET", f"{server.url}/x", timeout=0.1)) for _ in range(20)
        )
        ended = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(error) for error in ended} == {errors.TimedOut, errors.ServerBusy}


async def arrived(server: Server, count: int) -> bool:
    return len(server.requests) == count


async def test_a_caller_that_gives_up_frees_its_slot(transport: Transport) -> None:
    async def answers_the_third(exchange: Exchange) -> None:
        await (exchange.reply(b"{}") if exchange.number > 2 else exchange.hang())

    async with serving(answers_the_third) as server:
        for number in (1, 2):
            call = asyncio.create_task(transport.handle(Request("GET", f"{server.url}/x")))
            await until(partial(arrived, server, number))
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
        assert (await transport.handle(Request("GET", f"{server.url}/x"))).status == 200
