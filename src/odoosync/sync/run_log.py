"""The notable log lines of a run, kept with its history: what a person asks for when one failed.

Rooms log as they always do; while an attempt goes on its lines are heard here, and written in the
transaction of the next page or of the end. They are few: beyond the limit only warnings are kept,
and beyond that nothing. Secrets are masked before they get here, as in the log itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, func
from sqlalchemy.exc import SQLAlchemyError

from odoosync.db import Database, Tx
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.tables import runs
from odoosync.jobs.task import Lease, Outcome, Task
from odoosync.log import get_logger, overheard
from odoosync.sync.tables import run_log

log = get_logger(__name__)
MOST_LINES: Final = 200
MOST_USUAL_LINES: Final = 150
_LONGEST_VALUE: Final = 500
_NOT_FIELDS: Final = frozenset(
    {"event", "level", "logger", "timestamp", "run", "frames", "_record", "_from_structlog"}
)
_QUIET: Final = frozenset({"debug", "notset"})


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    level: str
    message: str
    fields: dict[str, Any]


@dataclass
class Heard:
    """Lines of an attempt that are not stored yet."""

    waiting: list[Line] = field(default_factory=list)

    def hear(self, event: Mapping[str, Any]) -> None:
        level = str(event.get("level", "info"))
        if level not in _QUIET and len(self.waiting) < MOST_LINES:
            self.waiting.append(line_of(level, event))


_heard: ContextVar[Heard | None] = ContextVar("heard", default=None)


def line_of(level: str, event: Mapping[str, Any]) -> Line:
    """Make a line of what the log was told: plain values, none of them long."""
    fields = {name: _plain(value) for name, value in event.items() if name not in _NOT_FIELDS}
    return Line(datetime.now(UTC), level, _text(event.get("event", "")), fields)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_text(one) for one in list(value)[:20]]
    return _text(value)


def _text(value: Any) -> str:
    return str(value).replace("\0", "")[:_LONGEST_VALUE]


@contextmanager
def hearing() -> Iterator[Heard]:
    """Hear the log until the block ends: the lines of this task and of those that it starts."""
    heard = Heard()
    token = _heard.set(heard)
    try:
        with overheard(heard.hear):
            yield heard
    finally:
        _heard.reset(token)


async def store_heard(tx: Tx, run_id: str) -> None:
    """Write what was heard since the last time, in the caller's transaction."""
    heard = _heard.get()
    if heard is None or not heard.waiting:
        return
    lines, heard.waiting = heard.waiting, []
    known = tx.select(run_log, func.max(run_log.c.seq)).where(run_log.c.run_id == run_id)
    seq = int(await tx.scalar(known) or 0)
    for line in lines:
        most = MOST_USUAL_LINES if line.level == "info" else MOST_LINES
        if seq < most:
            seq += 1
            await tx.insert(run_log, _values(run_id, seq, line))


def _values(run_id: str, seq: int, line: Line) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "seq": seq,
        "at": line.at,
        "level": line.level,
        "message": line.message,
        "fields": line.fields,
    }


async def lines_of(tx: Tx, run_id: str) -> list[Row[Any]]:
    """List a run's lines, oldest first."""
    query = tx.select(run_log).where(run_log.c.run_id == run_id)
    return list(await tx.all(query.order_by(run_log.c.seq)))


class Recorded:
    """Implements `jobs.task.Task`: another task, whose log lines are kept with its runs."""

    def __init__(self, task: Task, database: Database) -> None:
        self._task = task
        self._database = database

    async def run(self, claim: Claim, lease: Lease) -> Outcome:
        with hearing() as heard:
            try:
                return await self._task.run(claim, lease)
            finally:
                await self._store_rest(claim, heard)

    async def abandon(self, claim: Claim, error_code: str, message: str) -> None:
        with hearing() as heard:
            log.warning("run_abandoned", run=claim.run_id, code=error_code)
            try:
                await self._task.abandon(claim, error_code, message)
            finally:
                await self._store_rest(claim, heard)

    async def _store_rest(self, claim: Claim, heard: Heard) -> None:
        """Write what came after the last page; a log that cannot be kept ends no run."""
        if not heard.waiting:
            return
        try:
            async with self._database.tenant(claim.tenant_id) as tx:
                there = tx.select(runs, runs.c.id).where(runs.c.id == claim.run_id)
                if await tx.scalar(there) is not None:
                    await store_heard(tx, claim.run_id)
        except (SQLAlchemyError, OSError) as error:
            log.warning("lines_not_kept", run=claim.run_id, error=type(error).__name__)
