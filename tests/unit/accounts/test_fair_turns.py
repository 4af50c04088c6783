from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from odoosync.accounts.errors import TooManySignIns
from odoosync.accounts.fair_turns import FairTurns


class Line:
    """Callers who stand in line; those whose turn it is stay until they are told to go."""

    def __init__(self, turns: FairTurns) -> None:
        self.turns = turns
        self.began: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, *callers: str) -> None:
        """Let callers come, written `NAME@NETWORK`, with a number where there are several."""
        for caller in callers:
            self._ends[caller] = asyncio.Event()
            self._tasks[caller] = asyncio.create_task(self._stand(caller))
            await self.settle()

    async def go(self, caller: str) -> None:
        self._ends[caller].set()
        await self._tasks[caller]
        await self.settle()

    async def leave(self, caller: str) -> None:
        self._tasks[caller].cancel()
        await self.settle()

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def _stand(self, caller: str) -> None:
        name, _, network = caller.rstrip("0123456789").partition("@")
        async with self.turns.turn(network, name):
            self.began.append(caller)
            await self._ends[caller].wait()

    def refused(self, caller: str) -> bool:
        task = self._tasks[caller]
        return task.done() and isinstance(task.exception(), TooManySignIns)


def line(**limits: int) -> Line:
    return Line(FairTurns(2, **limits))


async def test_a_network_never_takes_all_places() -> None:
    queue = line()
    await queue.come("a@x", "b@x", "c@y")
    assert queue.began == ["a@x", "c@y"]


async def test_a_name_is_checked_once_at_a_time_wherever_it_comes_from() -> None:
    queue = line()
    await queue.come("a@x", "a@y", "b@z")
    assert queue.began == ["a@x", "b@z"]


async def test_another_network_comes_before_all_that_one_asked_for() -> None:
    queue = line()
    await queue.come("a@x1", "q@y1", "a@x2", "a@x3", "q@y2", "victim@z")
    await queue.go("q@y1")
    await queue.go("a@x1")
    await queue.go("q@y2")
    assert "victim@z" in queue.began[:5]


async def test_another_name_of_the_network_comes_before_all_that_one_asked_for() -> None:
    queue = line()
    await queue.come("a@x1", "a@x2", "a@x3", "a@x4", "b@x")
    await queue.go("a@x1")
    await queue.go(queue.began[-1])
    assert "b@x" in queue.began[:3]


async def test_who_waits_for_themselves_too_long_is_refused() -> None:
    queue = line(of_name=2)
    await queue.come("a@x1", "a@x2", "a@x3", "a@x4", "b@x")
    assert queue.refused("a@x4")
    assert not queue.refused("b@x")


async def test_a_network_with_a_long_line_is_refused_and_others_are_not() -> None:
    queue = line(of_network=2)
    await queue.come("a@x", "b@x", "c@x", "d@x", "e@y")
    assert queue.refused("d@x")
    assert queue.began == ["a@x", "e@y"]


async def test_a_long_line_of_many_networks_refuses_the_next() -> None:
    queue = line(of_all=1)
    await queue.come("a@x", "b@y", "c@z", "d@v")
    assert queue.refused("d@v")


@pytest.mark.parametrize("leaver", ["a@x1", "a@x2"])
async def test_who_leaves_gives_the_place_to_the_next(leaver: str) -> None:
    queue = line()
    await queue.come("a@x1", "a@x2", "a@x3")
    await queue.leave(leaver)
    if leaver == "a@x2":
        await queue.go("a@x1")
    assert queue.began[-1] == ("a@x2" if leaver == "a@x1" else "a@x3")


async def test_all_may_leave_at_once_and_the_next_has_a_turn() -> None:
    queue = line()
    await queue.come("a@x1", "a@x2", "a@x3", "b@y1", "b@y2")
    for task in queue._tasks.values():
        task.cancel()
    await queue.settle()
    await queue.come("a@x4", "b@y3")
    assert queue.began[-2:] == ["a@x4", "b@y3"]


async def test_nothing_is_kept_of_those_who_went() -> None:
    turns = FairTurns(2)
    queue = Line(turns)
    await queue.come("a@x1", "a@x2", "b@y")
    ends: list[Callable[[], object]] = [event.set for event in queue._ends.values()]
    for end in ends:
        end()
    await queue.settle()
    assert (turns._waiting, turns._busy_networks, turns._busy_names) == ({}, {}, set())
