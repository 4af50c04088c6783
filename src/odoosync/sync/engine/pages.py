"""Pulling the window: pages by `id > last`, the next on its way while this one is stored."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from odoosync.db import Tx
from odoosync.odoo import domain as domains
from odoosync.odoo.errors import AnswerTooLarge, BadAnswer, OdooError, TimedOut
from odoosync.store import writing
from odoosync.store.rows import Row
from odoosync.sync import pace
from odoosync.sync.engine import labels
from odoosync.sync.engine.work import Work
from odoosync.sync.patience import patiently


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as Odoo sent them, in the order of their ids; `more` when there may be others."""

    rows: list[dict[str, Any]]
    last_id: int | None
    more: bool


class Reader:
    """Reads a domain page by page, with a page size that follows seconds and bytes."""

    def __init__(
        self, work: Work, domain: list[Any], fields: Sequence[str], *, after: int | None = None
    ) -> None:
        self._work = work
        self._domain = domain
        self._fields = list(fields)
        self._last = after
        self._size = pace.FIRST

    async def next(self) -> Page:
        """Read one page, asking for fewer rows when Odoo is too slow. Raises OdooError."""
        while True:
            size, started = self._size, time.monotonic()
            received = self._work.client.bytes_received
            try:
                rows = await patiently(lambda: self._read(self._size))
            except (TimedOut, AnswerTooLarge) as error:
                self._size = _smaller(size, error)
                continue
            received = self._work.client.bytes_received - received
            seconds = time.monotonic() - started
            self._size = pace.after_page(size, seconds=seconds, received=received)
            self._last = _last_of(rows, self._last)
            return Page(rows=rows, last_id=self._last, more=len(rows) == size)

    async def _read(self, size: int) -> list[dict[str, Any]]:
        work = self._work
        # No bound for the first page: rows of SQL views have ids of zero and below.
        beyond = [] if self._last is None else domains.after(self._last)
        return await work.client.search_read(
            work.dataset.model,
            domains.all_of(self._domain, beyond),
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


def _smaller(size: int, error: OdooError) -> int:
    smaller = pace.after_failure(size)
    if smaller is None:
        raise error
    return smaller


async def pull(work: Work, domain: list[Any]) -> None:
    """Store all rows of the window. Memory holds two pages, whatever the size of the database."""
    reader = Reader(work, domain, work.plan.fields, after=work.plan.last_id)
    coming = asyncio.create_task(reader.next())
    try:
        while True:
            page = await coming
            if page.more:
                coming = asyncio.create_task(reader.next())
            if page.rows:
                await keep(work, work.rows(page.rows), last_id=page.last_id)
            if not page.more:
                return
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError, OdooError):
            await coming


async def keep(work: Work, rows: list[Row], *, last_id: int | None) -> None:
    """Commit one page: its rows, the names they need, the counts and how far the run has come."""
    names = await labels.fetch_missing(work, rows)

    async def write(tx: Tx) -> Mapping[str, int]:
        stored = await writing.write_page(
            tx, work.connection_id, work.dataset.name, rows, now=work.clock()
        )
        await labels.keep(work, tx, names)
        return {
            "fetched": len(rows),
            "created": stored.created,
            "updated": stored.updated,
            "unchanged": stored.unchanged,
            "pages": 1,
        }

    await work.commit(work.plan.at(work.plan.stage, last_id), write)
