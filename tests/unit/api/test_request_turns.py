"""One caller's requests at once: a few are worked on, others are not kept waiting by the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from odoosync.api.edge.request_turns import RequestTurns
from waiting import PATIENCE_S


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def test_a_few_of_a_caller_go_on_and_another_caller_need_not_wait(
    stack: AsyncExitStack,
) -> None:
    turns, began = RequestTurns(at_once=2, lent_after_s=PATIENCE_S), asyncio.Event()

    async def next_one() -> None:
        async with turns.of("busy"):
            began.set()

    async with turns.of("busy"):
        async with turns.of("busy"):
            task = asyncio.create_task(next_one())
            await stack.enter_async_context(turns.of("other"))
            assert not began.is_set()
        await task
    assert began.is_set()


async def test_one_that_lasts_gives_its_place_to_the_next(stack: AsyncExitStack) -> None:
    turns = RequestTurns(at_once=1, lent_after_s=0.01)
    async with asyncio.timeout(PATIENCE_S):
        for _ in range(5):
            await stack.enter_async_context(turns.of("waits"))


async def test_each_place_is_given_back_once_and_nothing_is_kept_of_who_went() -> None:
    turns = RequestTurns(at_once=1, lent_after_s=0.01)
    async with turns.of("waits"):
        places = turns._places["waits"]
        async with turns.of("waits"):
            pass
    assert places._value == 1
    assert (turns._places, turns._there) == ({}, {})


async def test_who_leaves_while_waiting_takes_no_place() -> None:
    turns = RequestTurns(at_once=1, lent_after_s=PATIENCE_S)

    async def wait() -> None:
        async with turns.of("busy"):
            pass

    async with turns.of("busy"):
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(PATIENCE_S), turns.of("busy"):
        pass
