from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from integration.sync.copying import Copy
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.tables import runs
from odoosync.jobs.task import Done, Lease, Outcome
from odoosync.log import get_logger, tell_listener
from odoosync.sync import run_log
from odoosync.sync.run_log import MOST_LINES, MOST_USUAL_LINES, Recorded

log = get_logger("odoosync.test")


@pytest.fixture(autouse=True)
def _told() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            tell_listener,
            structlog.processors.KeyValueRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    yield
    structlog.configure(**before)


class Chatty:
    """A task that says so much, then ends or fails."""

    def __init__(self, *, usual: int = 1, bad: int = 0, fails: bool = False) -> None:
        self.usual, self.bad, self.fails = usual, bad, fails

    async def run(self, claim: Claim, lease: Lease) -> Outcome:
        del lease
        for number in range(self.usual):
            log.info("usual", run=claim.run_id, number=number)
        for number in range(self.bad):
            log.warning("bad", number=number)
        if self.fails:
            raise RuntimeError
        return Done()

    async def abandon(self, claim: Claim, error_code: str, message: str) -> None:
        del claim, error_code, message


async def _lines(copy: Copy, run_id: str) -> list[Any]:
    async with copy.database.tenant(copy.tenant_id, write=False) as tx:
        return await run_log.lines_of(tx, run_id)


async def _attempt(copy: Copy, task: Chatty, claim: Claim) -> None:
    await Recorded(task, copy.database).run(claim, Lease())


async def test_what_an_attempt_logs_is_kept_with_its_run(copy: Copy) -> None:
    run_id = await copy.ask("contacts")
    await _attempt(copy, Chatty(), await copy.take())
    (line,) = await _lines(copy, run_id)
    assert (line.level, line.message, line.fields) == ("info", "usual", {"number": 0})


async def test_an_attempt_that_fails_leaves_its_lines(copy: Copy) -> None:
    run_id, claim = await copy.ask("contacts"), await copy.take()
    with pytest.raises(RuntimeError):
        await _attempt(copy, Chatty(fails=True), claim)
    await _attempt(copy, Chatty(), claim)
    assert [line.seq for line in await _lines(copy, run_id)] == [1, 2]


async def test_a_run_keeps_few_lines_and_more_warnings(copy: Copy) -> None:
    run_id, claim = await copy.ask("contacts"), await copy.take()
    for _ in range(2):
        await _attempt(copy, Chatty(usual=MOST_USUAL_LINES - 20, bad=60), claim)
    lines = await _lines(copy, run_id)
    assert len(lines) == MOST_LINES
    assert {line.level for line in lines[MOST_USUAL_LINES:]} == {"warning"}


async def test_the_lines_of_a_run_that_is_gone_are_let_go(copy: Copy) -> None:
    claim = await _claim_of_a_run_that_is_gone(copy)
    await _attempt(copy, Chatty(), claim)
    assert await _lines(copy, claim.run_id) == []


async def _claim_of_a_run_that_is_gone(copy: Copy) -> Claim:
    run_id, claim = await copy.ask("contacts"), await copy.take()
    async with copy.database.tenant(copy.tenant_id) as tx:
        await tx.execute(tx.delete(runs).where(runs.c.id == run_id))
    return claim


async def test_a_sync_tells_what_it_does_and_what_it_set_aside(copy: Copy) -> None:
    bad = copy.world.execute("res.partner", "search", [["parent_id", "!=", False]], limit=1)[0]
    copy.world.make_unreadable("res.partner", bad, "comment")
    with run_log.hearing():
        run = await copy.sync()
    messages = [line.message for line in await _lines(copy, run.id)]
    assert (messages[0], "set_aside" in messages) == ("sync_began", True)
    assert run.set_aside == 1
