"""Pulling the window: pages by `id > last`, the next on its way while this one is stored."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from odoosync.db import Tx
from odoosync.odoo import domain as domains
from odoosync.odoo.errors import AnswerTooLarge, BadAnswer, CutOff, OdooError, TimedOut
from odoosync.odoo.wire import told_on_arrival
from odoosync.store import reading, writing
from odoosync.store.rows import EncodedRow, Row, encode
from odoosync.store.writing import PageCounts
from odoosync.sync import pace, set_aside
from odoosync.sync.engine import labels
from odoosync.sync.engine.ahead import Ahead, last_id_of
from odoosync.sync.engine.ceiling import Ceiling
from odoosync.sync.engine.narrowing import NARROWABLE, answers, read_around
from odoosync.sync.engine.sifting import sift
from odoosync.sync.engine.work import Work
from odoosync.sync.mapping import to_row
from odoosync.sync.patience import patiently, within
from odoosync.sync.set_aside import Fault

_PART: Final = 2_500
"""Rows that are encoded while as many others are written."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as Odoo sent them, in the order of their ids; `more` when there may be others.

    What could not be read is in `faults`: rows that are not here, or fields that rows here lack.
    """

    rows: list[dict[str, Any]]
    last_id: int | None
    more: bool
    faults: Sequence[Fault] = ()


class Reader:
    """Reads a domain page by page, with a page size that follows seconds and bytes.

    While `reads_ahead`, a page that has arrived has the next one asked for before it is decoded.
    """

    def __init__(
        self, work: Work, domain: list[Any], fields: Sequence[str], *, after: int | None = None
    ) -> None:
        self._work = work
        self._domain = domain
        self._ceiling, self._seen, self._hurried = Ceiling(work, domain), 0, False
        self._fields = list(fields)
        self._last = after
        self._largest = work.page_limit or pace.LARGEST
        self._size = min(pace.FIRST, self._largest)
        self._ahead: Ahead | None = None
        self._misled = False
        self.reads_ahead = False

    async def next(self) -> Page:
        """Read one page, asking for fewer rows when Odoo is too slow. Raises OdooError."""
        while True:
            size, started = self._size, time.monotonic()
            received = self._work.client.bytes_received
            try:
                rows = await patiently(lambda: self._read(self._size))
            except (TimedOut, CutOff, AnswerTooLarge) as error:
                smaller = await self._smaller(size, error)
                if smaller is None:
                    return await self._around(size)
                self._size = smaller
                continue
            except NARROWABLE:
                return await self._around(size)
            received = self._work.client.bytes_received - received
            self._last = _last_of(rows, self._last)
            if self._ahead is None:
                self._size = self._grown(size, started, received)
            else:
                self._hold_against(self._ahead, full=len(rows) == size)
            return Page(rows=rows, last_id=self._last, more=len(rows) == size)

    def drop(self) -> None:
        """Forget what was asked for ahead."""
        if self._ahead is not None:
            self._ahead.drop()
            self._ahead = None

    def _grown(self, size: int, started: float, received: int) -> int:
        seconds = time.monotonic() - started
        return min(pace.after_page(size, seconds=seconds, received=received), self._largest)

    def _hold_against(self, ahead: Ahead, *, full: bool) -> None:
        """Keep what was asked for ahead if it begins where the next page does."""
        if full and ahead.after == self._last:
            self._size = ahead.size
        else:
            self.drop()
            self._misled = full

    def _arrived(self, body: bytes, size: int, started: float) -> bool:
        """Ask for the next page if this seems a full one; returns whether it did."""
        may = self.reads_ahead and not self._hurried and not self._misled
        last = last_id_of(body, size) if may and self._ahead is None else None
        if last is None:
            return False
        size = self._grown(size, started, len(body))
        self._ahead = Ahead.of(last, size, self._ask(size, after=last))
        return True

    async def _smaller(self, size: int, error: OdooError) -> int | None:
        """Return a smaller size, None for none; raises the error when nothing answers any more."""
        if isinstance(error, AnswerTooLarge):
            return pace.after_failure(size)
        if not await answers(self._work):
            raise error
        self._hurried = True
        return pace.after_timeout(size)

    async def _around(self, size: int) -> Page:
        """Read a page that failed, without what fails it."""
        work, domain = self._work, self._beyond(self._last)
        ids = await patiently(
            lambda: work.client.search(work.dataset.model, domain, limit=size, context=work.context)
        )
        found = await read_around(work, ids, self._fields)
        _last_of(found.rows, self._last)
        self._last = ids[-1] if ids else self._last
        return Page(found.rows, self._last, more=len(ids) == size, faults=found.faults)

    def _beyond(self, last: int | None) -> list[Any]:
        """Return what is left; all at first, for rows of SQL views have ids of zero and below."""
        if last is None:
            return self._domain
        return domains.all_of(self._domain, domains.after(last))

    async def _read(self, size: int) -> list[dict[str, Any]]:
        ahead, self._ahead = self._ahead, None
        if ahead is not None and (ahead.after, ahead.size) == (self._last, size):
            rows = await ahead.rows
        else:
            if ahead is not None:
                ahead.drop()
            read = partial(self._ask, size, after=self._last)
            rows = await (within(pace.patience(size), read) if self._hurried else read())
        self._seen += len(rows)
        await self._ceiling.check(self._seen)
        return rows

    async def _ask(self, size: int, *, after: int | None) -> list[dict[str, Any]]:
        work, started = self._work, time.monotonic()
        with told_on_arrival(lambda body: self._arrived(body, size, started)):
            return await work.client.search_read(
                work.dataset.model,
                self._beyond(after),
                self._fields,
                limit=size,
                order="id",
                context=work.context,
                names=False,
            )


def _last_of(rows: list[dict[str, Any]], last: int | None) -> int | None:
    """Return the page's last id; raises BadAnswer unless ids go up, for else rows would be lost."""
    for row in rows:
        odoo_id = row.get("id")
        if not isinstance(odoo_id, int) or (last is not None and odoo_id <= last):
            raise BadAnswer
        last = odoo_id
    return last


async def pull(work: Work, domain: list[Any]) -> None:
    """Store all rows of the window. Memory holds two pages, whatever the size of the database."""
    reader = Reader(work, domain, work.plan.fields, after=work.plan.last_id)
    coming = asyncio.create_task(reader.next())
    try:
        while True:
            # Ahead only while nothing waits to be stored: more than two pages are never on hand.
            reader.reads_ahead = True
            page = await coming
            reader.reads_ahead = False
            if page.more:
                coming = asyncio.create_task(reader.next())
            if page.rows or page.faults:
                await keep(work, page, last_id=page.last_id)
            if not page.more:
                return
    finally:
        coming.cancel()
        reader.drop()
        with suppress(asyncio.CancelledError, OdooError):
            await coming


async def keep(work: Work, page: Page, *, last_id: int | None) -> None:
    """Commit one page: its rows, the names they need, the counts and how far the run has come."""
    # In a thread, so that the call for the next page is not kept waiting by this one's rows.
    try:
        rows = await asyncio.to_thread(work.rows, page.rows)
    except BadAnswer:
        faults = sift(work, page.rows, work.plan.fields)
        page = replace(page, faults=[*page.faults, *faults])
        rows = work.rows(page.rows)
    names = await labels.fetch_missing(work, rows)

    async def write(tx: Tx) -> Mapping[str, int]:
        stored = PageCounts()
        async for part in _encoded(rows):
            stored += await _store(work, tx, page, part)
        await labels.keep(work, tx, names)
        await settle(work, tx, rows, page.faults)
        return {
            "fetched": len(rows),
            "created": stored.created,
            "updated": stored.updated,
            "unchanged": stored.unchanged,
            "pages": 1,
        }

    await work.commit(work.plan.at(work.plan.stage, last_id), write)


async def _encoded(rows: Sequence[Row]) -> AsyncIterator[list[tuple[Row, EncodedRow]]]:
    """Encode a page in parts, in a thread: one part while the one before is written."""
    loop = asyncio.get_running_loop()
    coming = loop.run_in_executor(None, _encode_all, rows[:_PART])
    for start in range(_PART, len(rows) + _PART, _PART):
        part = await coming
        coming = loop.run_in_executor(None, _encode_all, rows[start : start + _PART])
        yield part


def _encode_all(rows: Sequence[Row]) -> list[tuple[Row, EncodedRow]]:
    return [(row, encode(row)) for row in rows]


async def _store(
    work: Work, tx: Tx, page: Page, part: Sequence[tuple[Row, EncodedRow]]
) -> PageCounts:
    """Write rows; of those read in part, fields that could not be read keep their values."""
    place, now = (work.connection_id, work.dataset.name), work.clock()
    partly = {row.odoo_id for row, _ in part} & {fault.odoo_id for fault in page.faults}
    known = {odoo_id for odoo_id in partly if await reading.get(tx, *place, odoo_id) is not None}
    whole = [encoded for row, encoded in part if row.odoo_id not in known]
    stored = await writing.write_page(tx, *place, whole, now=now)
    patches = {row.odoo_id: row.data for row, _ in part if row.odoo_id in known}
    make_row = partial(to_row, work.dataset)
    updated = await writing.patch_rows(tx, *place, patches, make_row=make_row, now=now)
    return stored + PageCounts(updated=updated, unchanged=len(patches) - updated)


async def settle(work: Work, tx: Tx, rows: Sequence[Row], faults: Sequence[Fault]) -> None:
    """Note what was set aside, and what was set aside once and is read again."""
    failed = {fault.odoo_id for fault in faults}
    read = {row.odoo_id for row in rows}.intersection(work.aside) - failed
    if read or faults:
        await set_aside.settle(
            tx,
            work.connection_id,
            work.dataset.name,
            read=read,
            faults=faults,
            now=work.clock(),
        )
        work.aside -= read
