"""The floor: fetch every page and drop it, over one connection, as fast as Python can.

Nothing is decoded: the last id of a page, which the next one begins after, is looked for in the
bytes from their end. Page sizes follow the same rule as our sync's.
"""

from __future__ import annotations

import asyncio
import time

import aiohttp

from benchmarks.asking import FIRST_PAGE, Question, next_size, question
from benchmarks.odoo import Contacts
from benchmarks.processes import Took, carried_out

_KEY = b'"id":'


async def _loop(asked: Question, session: aiohttp.ClientSession) -> Took:
    last, size, rows, pages, received, more = 0, FIRST_PAGE, 0, 0, 0, True
    started = time.perf_counter()
    while more:
        asking = time.perf_counter()
        async with session.post(asked.url, data=asked.body(last, size)) as answer:
            page = await answer.read()
        seconds = time.perf_counter() - asking
        found = page.count(_KEY)
        if answer.status != 200 or b'"error":' in page[:200]:
            raise RuntimeError(page[:500])
        rows, pages, received, more = rows + found, pages + 1, received + len(page), found == size
        if more:
            last = int(page[page.rfind(_KEY) + len(_KEY) :].split(b",", 1)[0])
            size = next_size(size, seconds=seconds, received=len(page))
    return Took(time.perf_counter() - started, rows, pages, received)


def fetch_and_drop(contacts: Contacts) -> Took:
    """Read all contacts once; the connection is made within the time that counts."""

    async def run() -> Took:
        asked = question(contacts)
        async with aiohttp.ClientSession(
            headers=asked.headers, connector=aiohttp.TCPConnector(limit=1)
        ) as session:
            return await _loop(asked, session)

    return asyncio.run(run())


if __name__ == "__main__":
    carried_out(fetch_and_drop)
