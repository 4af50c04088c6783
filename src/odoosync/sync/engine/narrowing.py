"""Finding the fields and rows that fail a page, so that the rest of the page can be stored.

Odoo answers a call whole or not at all: one record whose computation fails takes a thousand others
along. The fields are halved first, then the rows of each field at fault: some twenty calls in all.
A field that fails on other rows, too, is left out of the whole run.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Self

from odoosync.errors import Conflict
from odoosync.log import get_logger
from odoosync.odoo import domain as domains
from odoosync.odoo.errors import (
    AccessRefused,
    AnswerTooLarge,
    BadAnswer,
    CutOff,
    OdooError,
    RecordMissing,
    RequestRejected,
    RowLeftOut,
    ServerFault,
    TimedOut,
    TooMuchRefused,
)
from odoosync.sync import pace
from odoosync.sync.engine.work import Work
from odoosync.sync.failing_fields import FieldError
from odoosync.sync.patience import patiently, within
from odoosync.sync.set_aside import WHOLE_ROW, Fault

log = get_logger(__name__)
Rows = list[dict[str, Any]]
NARROWABLE: Final = (
    AccessRefused,
    AnswerTooLarge,
    CutOff,
    RecordMissing,
    RequestRejected,
    RowLeftOut,
    ServerFault,
    TimedOut,
)
"""What one bad row or field may cause. A model that is refused altogether fails the search, too.

One that takes Odoo beyond its limits of time or memory shows as TimedOut or CutOff.
"""
MOST_SLOW: Final = 5
"""Rows a run that may time out: each costs minutes."""
_SILENT: Final = (CutOff, TimedOut)
_FEW: Final = 100
MOST_FAULTY: Final = 50
"""Rows a run. Where more fail it is the server that is broken, not its rows."""
MOST_OF_A_FIELD: Final = 10
"""Rows a run that one field may fail on before it is left out of the whole run."""
MOST_FIELDS: Final = 10
"""Fields a page. Where more fail it is the server that is broken, not its fields."""
_OTHERS: Final = 4
"""Rows at both ends of the table that a field is tried on once it failed on one row."""
ONE_AT_A_TIME: Final = "odoo_one_record_at_a_time"
_ONE_AT_A_TIME_REASON: Final = (
    "Odoo computes this field for one record at a time, and fails where several are asked for "
    "(expected singleton). Its value can be had one id at a time. Ask the maker of the field to "
    "let its computation go through all the records that it is given."
)


class FieldsFail(Conflict):
    """Odoo fails on these fields of many rows: they are to be left out."""

    code = "odoo_field_fails"

    def __init__(self, *errors: FieldError) -> None:
        names = ", ".join(error.field for error in errors)
        super().__init__(
            f"Odoo fails on fields of many records: {names}. Leave them out of the extra fields, "
            f"or ask the administrator of Odoo to mend them. {errors[0].reason}"
        )
        self.errors = errors


@dataclass
class Found:
    """Rows in the order of their ids, those at fault without the fields at fault or not at all."""

    rows: Rows = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def joined(self, other: Found) -> Found:
        return Found(self.rows + other.rows, self.faults + other.faults)


@dataclass
class Parts:
    """Rows that are put together of several answers, by id; and what failed of the fields."""

    rows: dict[int, dict[str, Any]]
    faults: list[Fault]
    failed: dict[str, OdooError] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Found) -> Self:
        return cls({row["id"]: row for row in found.rows}, found.faults)

    def found(self) -> Found:
        return Found(list(self.rows.values()), self.faults)

    def split(self, ids: Collection[int]) -> tuple[Self, Self]:
        """Return the rows of these ids, and the others with what failed until now."""
        some = {odoo_id: row for odoo_id, row in self.rows.items() if odoo_id in ids}
        others = {odoo_id: row for odoo_id, row in self.rows.items() if odoo_id not in ids}
        return type(self)(some, []), type(self)(others, self.faults)

    def add(self, read: Rows, asked: Collection[int]) -> None:
        """Take values in. A row that was asked for and did not come is gone by now."""
        for odoo_id in set(asked).difference(row["id"] for row in read):
            self.rows.pop(odoo_id, None)
        for row in read:
            if row["id"] in self.rows:
                self.rows[row["id"]].update(row)


async def read_around(
    work: Work, ids: Sequence[int], fields: Sequence[str], failed: OdooError | None = None
) -> Found:
    """Read what can be read. Raises FieldsFail, and OdooError when too much cannot be read.

    What `failed` as a whole just now is not asked for as a whole once more.
    """
    if failed is None:
        try:
            return Found(await _read(work, ids, fields))
        except NARROWABLE as error:
            if len(ids) > 1 and isinstance(error, (*_SILENT, AnswerTooLarge)):
                return await _read_halves(work, ids, fields, error)
            failed = error
    parts = Parts.of(await _find_rows(work, ids))
    if parts.rows:
        await _split_fields(work, fields, failed, parts)
    await blame(work, parts)
    return parts.found()


async def answers(work: Work) -> bool:
    """Tell a page that takes too long from a server that is silent, in a short time."""
    call, model, context = work.client.search, work.dataset.model, work.context
    try:
        await within(pace.patience(1), lambda: call(model, [], limit=1, context=context))
    except TooMuchRefused:
        raise
    except OdooError:
        return False
    return True


async def _read_halves(
    work: Work, ids: Sequence[int], fields: Sequence[str], error: OdooError
) -> Found:
    """Read less at once of what takes too long or is too large."""
    if isinstance(error, _SILENT) and not await answers(work):
        raise error
    half = len(ids) // 2
    first = await read_around(work, ids[:half], fields)
    return first.joined(await read_around(work, ids[half:], fields))


async def _find_rows(work: Work, ids: Sequence[int]) -> Found:
    """Read nothing but the ids, and set aside rows of which nothing can be read."""
    try:
        return Found(await _read(work, ids, ["id"]))
    except NARROWABLE as error:
        if len(ids) > 1:
            if isinstance(error, _SILENT) and not await answers(work):
                raise
            half = len(ids) // 2
            first = await _find_rows(work, ids[:half])
            return first.joined(await _find_rows(work, ids[half:]))
        if not await _others_can_be_read(work):
            raise
        _count(work, ids[0], error)
        fault = Fault(ids[0], WHOLE_ROW, error.code, error.message)
        return Found(faults=[_told(work, fault)])


async def read_fields(work: Work, fields: Sequence[str], parts: Parts) -> None:
    """Read fields of all rows; note those that fail, each with what Odoo says of it."""
    ids = list(parts.rows)
    try:
        parts.add(await _read(work, ids, fields, whole=len(fields) == 1), ids)
    except NARROWABLE as error:
        await _split_fields(work, fields, error, parts)


async def _split_fields(work: Work, fields: Sequence[str], error: OdooError, parts: Parts) -> None:
    if len(fields) > 1:
        half = len(fields) // 2
        await read_fields(work, fields[:half], parts)
        await read_fields(work, fields[half:], parts)
        return
    parts.failed[fields[0]] = error
    if len(parts.failed) > MOST_FIELDS:
        raise error


async def blame(work: Work, parts: Parts) -> None:
    """Find out which rows each field fails on. Raises FieldsFail for those that fail on many."""
    failing: list[FieldError] = []
    for name, error in parts.failed.items():
        try:
            await _split_rows(work, list(parts.rows), name, error, parts)
        except FieldsFail as fails:
            failing += fails.errors
    if failing:
        raise FieldsFail(*failing)


async def _split_rows(
    work: Work, ids: Sequence[int], name: str, error: OdooError, parts: Parts
) -> None:
    if len(ids) == 1:
        await _blame_row(work, ids[0], name, error, parts)
    if len(ids) <= 1:
        return
    if isinstance(error, _SILENT) and not await answers(work):
        raise error
    half = len(ids) // 2
    for some in (ids[:half], ids[half:]):
        try:
            parts.add(await _read(work, some, [name]), some)
        except NARROWABLE as again:
            await _split_rows(work, some, name, again, parts)
    if len(ids) == 2 and not work.failing[name].intersection(ids):  # noqa: PLR2004 - a pair
        await _check_pair(work, ids, name)


async def _check_pair(work: Work, ids: Sequence[int], name: str) -> None:
    """Raise FieldsFail if a field fails on two rows of which each can be read by itself.

    Two that are too large together are no such case.
    """
    try:
        await _read(work, ids, [name])
    except AnswerTooLarge:
        return
    except NARROWABLE as error:
        reason = _ONE_AT_A_TIME_REASON
        raise FieldsFail(FieldError(name, ONE_AT_A_TIME, reason, tuple(ids))) from error


async def _blame_row(work: Work, odoo_id: int, name: str, error: OdooError, parts: Parts) -> None:
    """Set a field of a row aside. Raises FieldsFail if the field fails on others, too."""
    if isinstance(error, _SILENT) and not await _others_can_be_read(work):
        raise error
    # One row may be read several times a run: in its window, again as volatile, to mend.
    rows = work.failing[name]
    is_first = not rows and name not in work.aside.get(odoo_id, ())
    others = await _fails_elsewhere(work, name, odoo_id) if is_first else ()
    rows.add(odoo_id)
    if others or len(rows) > MOST_OF_A_FIELD:
        ids = (*sorted(rows), *others)
        raise FieldsFail(FieldError(name, error.code, error.message, ids)) from error
    _count(work, odoo_id, error)
    parts.faults.append(_told(work, Fault(odoo_id, name, error.code, error.message)))


def _count(work: Work, odoo_id: int, error: OdooError) -> None:
    """Count a row at fault; raises its error when there are too many."""
    work.faulty.add(odoo_id)
    work.slow += isinstance(error, _SILENT)
    if len(work.faulty) > MOST_FAULTY or work.slow > MOST_SLOW:
        raise error


def _told(work: Work, fault: Fault) -> Fault:
    log.warning(
        "set_aside", run=work.run_id, odoo_id=fault.odoo_id, field=fault.field, code=fault.code
    )
    return fault


async def _fails_elsewhere(work: Work, name: str, here: int) -> tuple[int, ...]:
    """Try a field on rows at both ends of the table; return them if it fails on all of them."""
    failed: list[int] = []
    for order in ("id", "id desc"):
        for odoo_id in await _some_ids(work, order, here):
            if odoo_id in failed:
                continue
            try:
                await _read(work, [odoo_id], [name])
            except NARROWABLE:
                failed.append(odoo_id)
            else:
                return ()
    return tuple(failed) if len(failed) == _OTHERS else ()


async def _some_ids(work: Work, order: str, besides: int) -> list[int]:
    call, model = work.client.search, work.dataset.model
    domain, context = [["id", "not in", sorted({*work.spared, besides})]], work.context
    return await patiently(
        lambda: call(model, domain, order=order, limit=_OTHERS // 2, context=context)
    )


async def _others_can_be_read(work: Work) -> bool:
    """Tell a row at fault from a server that answers nothing, by the first row and the last."""
    domain = [["id", "not in", sorted(work.spared)]]
    for order in ("id", "id desc"):
        try:
            await within(pace.patience(1), partial(_first_id, work, domain, order))
        except TooMuchRefused:
            raise
        except OdooError:
            continue
        return True
    return False


async def _first_id(work: Work, domain: list[Any], order: str) -> Rows:
    return await work.client.search_read(
        work.dataset.model, domain, ["id"], limit=1, order=order, context=work.context
    )


async def _read(
    work: Work, ids: Sequence[int], fields: Sequence[str], *, whole: bool = True
) -> Rows:
    """Read rows by id; some few must come soon, for many more of such reads may follow.

    What is not the whole of a row, or of a field, is read as a part of many rows is.

    Raises RowLeftOut where a search shows one that did not come: it is not gone. Raises BadAnswer
    where one came that was not asked for.
    """
    domain, names = domains.with_ids(ids), list(fields)
    bound = work.client.spending.bound_of(len(ids) if whole else len(ids) + 1)

    async def read() -> Rows:
        return await work.client.search_read(
            work.dataset.model, domain, names, order="id", context=work.context, bound=bound
        )

    if len(ids) > _FEW:
        rows = await patiently(read)
    else:
        rows = await patiently(lambda: within(pace.patience(len(ids)), read))
    asked, came = set(ids), {row["id"] for row in rows}
    if not came <= asked:
        raise BadAnswer
    lacking = asked - came
    if lacking and names != ["id"] and await _are_there(work, lacking):
        raise RowLeftOut(work.dataset.model)
    return rows


async def _are_there(work: Work, ids: Collection[int]) -> bool:
    call, model, context = work.client.search, work.dataset.model, work.context
    domain = domains.with_ids(sorted(ids))
    return bool(await patiently(lambda: call(model, domain, limit=1, context=context)))
