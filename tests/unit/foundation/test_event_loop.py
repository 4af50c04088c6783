from __future__ import annotations

import asyncio

import pytest

from odoosync.event_loop import LoopShare, paced
from ticking import TickingClock, turns_of

ITEMS = 200


@pytest.mark.parametrize("tasks", [1, 2, 8])
async def test_long_work_lets_others_run_however_many_tasks_do_it(tasks: int) -> None:
    clock = TickingClock()
    share = LoopShare(clock)

    async def work() -> int:
        return len([item async for item in paced(range(ITEMS), share)])

    async with turns_of(clock) as turns:
        assert await asyncio.gather(*(work() for _ in range(tasks))) == [ITEMS] * tasks
    assert turns.longest <= 10 + 2 * tasks


async def test_short_work_goes_on_at_once() -> None:
    clock = TickingClock()
    async with turns_of(clock) as turns:
        share = LoopShare(lambda: 0.0)
        assert [item async for item in paced(range(ITEMS), share)] == list(range(ITEMS))
        assert turns.count == 0


def test_a_loop_that_ended_leaves_nothing_behind() -> None:
    clock = TickingClock()
    share = LoopShare(clock)

    async def once() -> int:
        async with turns_of(clock) as turns:
            for _ in range(ITEMS):
                await share.let_others_run()
        return turns.longest

    async def broken_off() -> None:
        task = asyncio.create_task(once())
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(broken_off())
    assert asyncio.run(once()) <= 12
