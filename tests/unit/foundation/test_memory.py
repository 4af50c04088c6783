from __future__ import annotations

import asyncio
import gc
import weakref

from odoosync.memory import forget


class Answer:
    """Something large."""


async def test_what_a_failure_left_behind_is_freed() -> None:
    answers: list[weakref.ref[Answer]] = []

    def fail() -> None:
        answer = Answer()
        answers.append(weakref.ref(answer))
        raise ValueError

    gc.disable()
    try:
        try:
            fail()
        except ValueError as error:
            kept = error
        assert answers[0]() is not None
        forget(kept)
        assert answers[0]() is None
    finally:
        gc.enable()


async def test_who_caught_a_failure_and_goes_on_is_left_alone() -> None:
    caught: asyncio.Future[ValueError] = asyncio.get_running_loop().create_future()
    may_end = asyncio.Event()

    async def work() -> str:
        try:
            int("no number")
        except ValueError as error:
            caught.set_result(error)
        await may_end.wait()
        return "done"

    working = asyncio.create_task(work())
    forget(await caught)
    may_end.set()
    assert await asyncio.wait_for(working, 60) == "done"
