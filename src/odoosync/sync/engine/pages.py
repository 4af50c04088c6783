"""Pulling the window: pages by `id > last`, the next on its way while this one is stored."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from odoosync.memory import drop_frames
from odoosync.odoo import domain as domains
from odoosync.odoo.errors import AnswerTooLarge, CutOff, OdooError, TimedOut
from odoosync.odoo.sealed import Sealed
from odoosync.odoo.wire import told_on_arrival
from odoosync.sync import pace
from odoosync.sync.engine.ahead import Ahead, last_id_of
from odoosync.sync.engine.ceiling import Ceiling
from odoosync.sync.engine.keeping import Ready, keep, make_ready
from odoosync.sync.engine.maker import Misread, Parts
from odoosync.sync.engine.making import Order, Recipe, last_of
from odoosync.sync.engine.narrowing import NARROWABLE, answers, read_around
from odoosync.sync.engine.work import Work
from odoosync.sync.patience import patiently, within
from odoosync.sync.set_aside import Fault

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as Odoo sent them, in the order of their ids; `more` when there may be others.

    What could not be read is in `faults`: rows that are not here, or fields that rows here lack.
    Instead of rows there may be the `parts` that are made of them.
    """

    rows: Rows
    last_id: int | None
    more: bool
    faults: Sequence[Fault] = ()
    parts: Parts | None = None

    @property
    def count(self) -> int:
        return self.parts.opened.rows if self.parts else len(self.rows)


class Reader:
    """Reads a domain page by page, with a page size that follows seconds and bytes.

    Of the rows of a page that was too large (`_suspects`) the half is read, then the half of what
    is left, whether that was too large or not: one fat row is met alone after a few calls.
    A page that has arrived has the next one asked for before it is read if it `may_read_ahead`.
    With a `recipe` pages are not read here, but made ready by it as they come. Odoo may leave rows
    out of a page: unless as many came as were `counted`, the last page is held against a search.
    """

    def __init__(
        self,
        work: Work,
        domain: list[Any],
        fields: Sequence[str],
        *,
        after: int | None = None,
        recipe: Recipe | None = None,
        counted: int | None = None,
    ) -> None:
        self._work = work
        self._domain = domain
        self._ceiling, self._seen, self._hurried = Ceiling(work, domain), 0, False
        self._fields = sorted(fields)  # in which order rows are encoded, so that they come in it
        self._last = after
        self._recipe = recipe
        self._counted = counted
        self._largest = work.page_limit
        self._size = min(pace.FIRST, self._largest)
        self._suspects = 0
        self._ahead: Ahead | None = None
        self._misled = False
        self._answered = 0.0
        self.may_read_ahead: Callable[[], bool] = _not_now

    async def next(self) -> Page:
        """Read one page, asking for fewer rows when Odoo is too slow. Raises OdooError."""
        while True:
            size, started = self._size, time.monotonic()
            received = self._work.client.bytes_received
            try:
                page = await patiently(lambda: self._read(self._size))
            except (TimedOut, CutOff, AnswerTooLarge) as error:
                drop_frames(error)
                smaller = await self._smaller(size, error)
                if smaller is None:
                    return await self._around(size, error)
                self._size = smaller
                continue
            except NARROWABLE as error:
                return await self._around(size, error)
            if not page.more and await self._may_lack_rows(page, size):
                self.drop()
                return await self._around(size)
            received = self._work.client.bytes_received - received
            self._last = page.last_id
            self._suspects = max(0, self._suspects - page.count)
            if self._ahead is None:
                self._size = self._grown(size, self._answered - started, received)
            else:
                self._hold_against(self._ahead, full=page.more)
            return page

    def drop(self) -> None:
        """Forget what was asked for ahead."""
        if self._ahead is not None:
            self._ahead.drop()
            self._ahead = None

    def _grown(self, size: int, seconds: float, received: int) -> int:
        if self._suspects:
            return max(pace.SMALLEST, self._suspects // 2)
        fits = self._work.client.spending.fits_twice(received, size)
        return pace.after_page(
            size, seconds=seconds, received=received, largest=self._largest, may_grow=fits
        )

    def _hold_against(self, ahead: Ahead, *, full: bool) -> None:
        """Keep what was asked for ahead if it begins where the next page does."""
        if full and ahead.after == self._last:
            self._size = ahead.size
        else:
            self.drop()
            self._misled = full

    def _arrived(self, body: bytes, size: int, started: float) -> None:
        """Ask for the next page if this seems a full one."""
        may = self.may_read_ahead() and not (self._hurried or self._misled or self._suspects)
        last = last_id_of(body, size) if may and self._ahead is None else None
        if last is not None:
            size = self._grown(size, time.monotonic() - started, len(body))
            self._ahead = Ahead.of(last, size, self._ask(size, after=last))

    async def _smaller(self, size: int, error: OdooError) -> int | None:
        """Return a smaller size, None for none; raises the error when nothing answers any more."""
        if isinstance(error, AnswerTooLarge):
            self._suspects = size
            return pace.after_failure(size)
        if not await answers(self._work):
            raise error
        self._hurried = True
        return pace.after_timeout(size)

    async def _may_lack_rows(self, page: Page, size: int) -> bool:
        """Tell the end from a page that Odoo left rows out of: a search shows those."""
        return self._seen != self._counted and len(await self._ids(size)) != page.count

    async def _ids(self, size: int) -> list[int]:
        work, domain = self._work, self._beyond(self._last)
        return await patiently(
            lambda: work.client.search(work.dataset.model, domain, limit=size, context=work.context)
        )

    async def _around(self, size: int, error: OdooError | None = None) -> Page:
        """Read a page that failed, without what fails it."""
        work, ids = self._work, await self._ids(size)
        found = await read_around(work, ids, self._fields, error if len(ids) == 1 else None)
        last_of(found.rows, self._last)
        self._last = ids[-1] if ids else self._last
        self._suspects = max(0, self._suspects - len(ids))
        return Page(found.rows, self._last, more=len(ids) == size, faults=found.faults)

    def _beyond(self, last: int | None) -> list[Any]:
        """Return what is left; all at first, for rows of SQL views have ids of zero and below."""
        if last is None:
            return self._domain
        return domains.all_of(self._domain, domains.after(last))

    async def _read(self, size: int) -> Page:
        ahead, self._ahead = self._ahead, None
        if ahead is not None and (ahead.after, ahead.size) == (self._last, size):
            answer = await ahead.answer
        else:
            if ahead is not None:
                ahead.drop()
            read = partial(self._ask, size, after=self._last)
            answer = await (within(pace.patience(size), read) if self._hurried else read())
        self._answered = time.monotonic()
        page = await self._opened(answer, size)
        self._seen += page.count
        await self._ceiling.check(self._seen)
        return page

    async def _opened(self, answer: Sealed | Rows, size: int) -> Page:
        """Read a page, or have it read where it is made ready. Raises BadAnswer."""
        if self._recipe and isinstance(answer, Sealed):
            parts = await self._work.maker.open(Order(self._recipe, answer, self._last, size))
            if parts is not None:
                opened = parts.opened
                return Page([], opened.last_id, more=opened.rows == size, parts=parts)
        rows = await self._rows(answer) if isinstance(answer, Sealed) else answer
        return Page(rows, last_of(rows, self._last), more=len(rows) == size)

    async def _rows(self, page: Sealed) -> Rows:
        try:
            return await asyncio.to_thread(page.rows)
        except OdooError as error:
            self._work.client.spending.take_back(len(page.body), error)
            raise

    async def _ask(self, size: int, *, after: int | None) -> Sealed | Rows:
        work, started = self._work, time.monotonic()
        with told_on_arrival(lambda body: self._arrived(body, size, started)):
            return await work.client.search_read_sealed(
                work.dataset.model,
                self._beyond(after),
                self._fields,
                limit=size,
                context=work.context,
                bound=work.client.spending.bound_of(size),
            )


def _not_now() -> bool:
    return False


async def pull(work: Work, domain: list[Any]) -> None:
    """Store the rows of the window, page by page in their order.

    Rows that Odoo fails on are left to `failed_rows.try_again`, so that they fail no page.
    """
    counted, work.counted = work.counted, None
    domain = domains.all_of(domain, work.apart)
    async with work.maker.lent():
        try:
            await _pull(work, domain, work.recipe, counted)
        except Misread:
            await _pull(work, domain, replace(work.recipe, at_length=True))


async def _pull(work: Work, domain: list[Any], recipe: Recipe, counted: int | None = None) -> None:
    """Go on after the last row that is stored.

    While one page is stored the next is on its way and, once it is here, made ready. No more than
    two that are not stored are asked for: that bounds memory, and what a kill costs.
    """
    after = work.plan.last_id
    reader = Reader(work, domain, work.plan.fields, after=after, recipe=recipe, counted=counted)
    coming = asyncio.create_task(reader.next())
    storing: asyncio.Future[None] = _nothing()
    try:
        while True:
            reader.may_read_ahead = storing.done
            page = await _unless_failed(coming, storing)
            reader.may_read_ahead = _not_now
            if page.more:
                coming = asyncio.create_task(_next_after(storing, reader))
            await storing
            storing = asyncio.create_task(_store(work, page))
            if not page.more:
                return await storing
    except asyncio.CancelledError:
        storing.cancel()
        raise
    finally:
        coming.cancel()
        reader.drop()
        _, stored = await asyncio.gather(coming, storing, return_exceptions=True)
        # A wish to stop is not made a wish to read on.
        if isinstance(stored, BaseException) and not isinstance(stored, Misread):
            raise stored


async def _store(work: Work, page: Page) -> None:
    """Commit a page as its parts are ready, and with care what cannot be made ready as it is."""
    rows = page.rows
    if page.parts is not None:
        left, last = page.parts.opened.rows, None
        async for part in page.parts:
            left, last = left - len(part.rows), part.rows[-1].odoo_id
            await keep(work, Ready.of(part), last_id=last, pages=0 if left else 1)
        if not left and last is not None and last != page.last_id:
            raise Misread
        rows = await asyncio.to_thread(page.parts.rest_after, last) if left else []
    if rows or page.faults:
        ready = await asyncio.to_thread(make_ready, work, rows, page.faults)
        await keep(work, ready, last_id=page.last_id)


async def _unless_failed(coming: asyncio.Task[Page], storing: asyncio.Future[None]) -> Page:
    """Wait for the next page; raises at once what ended the storing of the one before."""
    both: set[asyncio.Future[Any]] = {coming, storing}
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    if storing.done():
        storing.result()
    return await coming


async def _next_after(storing: asyncio.Future[None], reader: Reader) -> Page:
    """Read the next page once the one before the last is stored; raises what ended that."""
    await asyncio.wait({storing})
    storing.result()
    return await reader.next()


def _nothing() -> asyncio.Future[None]:
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done
