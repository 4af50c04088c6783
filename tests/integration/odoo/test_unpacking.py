"""Packed answers: undone a step at a time, and never further than their call may answer."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable

import pytest

from integration.odoo.conftest import LOOPBACK
from integration.odoo.servers import Exchange, Script, serving
from odoosync.odoo import errors
from odoosync.odoo.bounds import PAGE, SMALL, Bound
from odoosync.odoo.messages import Answer, Request
from odoosync.odoo.transport import Transport, TransportLimits

MIB = 2**20
LISTS = b"[" + b"[]," * (20 * MIB) + b"[]]"
"""60 MB that gzip makes 60 kB of."""


def bare_deflate(body: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(body) + packing.flush()


def two_members(body: bytes) -> bytes:
    return gzip.compress(body[:5]) + gzip.compress(body[5:])


def padded(body: bytes) -> bytes:
    return gzip.compress(body) + bytes(512)


def sending(body: bytes, packing: str = "", content_type: str = "application/json") -> Script:
    async def script(exchange: Exchange) -> None:
        headers = [f"Content-Type: {content_type}"]
        await exchange.reply(body, *headers, *([f"Content-Encoding: {packing}"] if packing else []))

    return script


async def asked(transport: Transport, script: Script, bound: Bound = PAGE) -> Answer:
    async with serving(script) as server:
        return await transport.handle(Request("GET", f"{server.url}/x", bound=bound))


@pytest.fixture
async def roomy() -> AsyncIterator[Transport]:
    made = Transport(TransportLimits(max_bytes=64 * MIB), LOOPBACK)
    yield made
    await made.close()


@pytest.mark.parametrize("head", ['{"jsonrpc": "2.0", "id": 1, "error": ["', '{"message": "', '"'])
async def test_only_a_list_may_be_as_large_as_a_page(roomy: Transport, head: str) -> None:
    text = head.encode() + b"x" * 20 * MIB + b'"'
    with pytest.raises(errors.AnswerTooLarge):
        await asked(roomy, sending(text))
    for begins in (b"[", b'{"jsonrpc": "2.0", "id": 1, "result": ['):
        assert (await asked(roomy, sending(begins + text))).status == 200


@pytest.mark.parametrize(
    ("pack", "packing"),
    [
        (gzip.compress, "gzip"),
        (gzip.compress, "X-GZIP"),
        (two_members, "gzip"),
        (padded, "gzip"),
        (zlib.compress, "deflate"),
        (bare_deflate, "deflate"),
        (bytes, "identity"),
    ],
)
async def test_what_was_asked_for_is_unpacked(
    transport: Transport, pack: Callable[[bytes], bytes], packing: str
) -> None:
    body = bytes(range(256)) * 1_000
    assert (await asked(transport, sending(pack(body), packing))).body == body


@pytest.mark.parametrize("packing", ["br", "zstd", "compress", "gzip, gzip", "x" * 5_000])
async def test_a_packing_that_was_not_asked_for_is_refused(
    transport: Transport, packing: str
) -> None:
    with pytest.raises(errors.BrokenAnswer, match="not asked for") as caught:
        await asked(transport, sending(b"{}", packing))
    assert len(caught.value.message) < 300


@pytest.mark.parametrize("cut", [1, 10, 200])
async def test_one_that_was_cut_or_damaged_is_no_answer(transport: Transport, cut: int) -> None:
    packed = gzip.compress(bytes(range(256)) * 1_000)
    with pytest.raises(errors.BrokenAnswer, match="could not be unpacked"):
        await asked(transport, sending(packed[:-cut], "gzip"))
    with pytest.raises(errors.BrokenAnswer, match="could not be unpacked"):
        await asked(transport, sending(packed[:100] + b"damaged" + packed[107:], "gzip"))


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
async def test_a_small_call_is_stopped_at_what_it_may_answer(
    roomy: Transport, packing: str
) -> None:
    packed = gzip.compress(LISTS) if packing == "gzip" else zlib.compress(LISTS)
    with pytest.raises(errors.AnswerTooLarge) as caught:
        await asked(roomy, sending(packed, packing), SMALL)
    frame = caught.value.__traceback__
    while frame is not None:
        assert len(frame.tb_frame.f_locals.get("part", b"")) <= 64 * 1024
        frame = frame.tb_next


async def test_a_page_that_unpacks_to_hundreds_of_times_its_size_is_refused(
    roomy: Transport,
) -> None:
    with pytest.raises(errors.AnswerTooLarge):
        await asked(roomy, sending(gzip.compress(LISTS), "gzip"), PAGE)


async def test_bytes_that_unpack_to_nothing_count_too(transport: Transport) -> None:
    with pytest.raises(errors.AnswerTooLarge):
        await asked(transport, sending(gzip.compress(b"") * 100_000, "gzip"), SMALL)


async def test_others_run_while_a_large_answer_is_unpacked(roomy: Transport) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    body = b"[" + b"".join(b'{"id":%d,"name":false},' % number for number in range(800_000))
    other = asyncio.create_task(others())
    answer = await asked(roomy, sending(gzip.compress(body), "gzip"))
    other.cancel()
    assert len(answer.body) == len(body)
    assert turns > len(body) // 65_536


@pytest.mark.parametrize("before", [b"", b" \r\n", b"\xef\xbb\xbf"])
async def test_of_a_web_page_in_an_answers_place_only_the_beginning_is_taken(
    transport: Transport, before: bytes
) -> None:
    page = before + b"<html><title>Down</title>" + b" " * MIB
    answer = await asked(transport, sending(page, content_type="text/html"), SMALL)
    assert answer.body == page[: SMALL.size]
