"""Finding the row or the field that fails a page, so that the rest of the page can be stored.

Odoo answers a call whole or not at all: one record whose computation fails takes a thousand others
along. Halving finds it in some ten calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from odoosync.errors import Conflict
from odoosync.log import get_logger
from odoosync.odoo import domain as domains
from odoosync.odoo.errors import (
    AccessRefused,
    AnswerTooLarge,
    CutOff,
    OdooError,
    RecordMissing,
    RequestRejected,
    ServerFault,
    TimedOut,
)
from odoosync.sync import pace
from odoosync.sync.engine.work import Work
from odoosync.sync.patience import patiently, within
from odoosync.sync.set_aside import WHOLE_ROW, Fault

log = get_logger(__name__)
NARROWABLE: Final = (
    AccessRefused,
    AnswerTooLarge,
    CutOff,
    RecordMissing,
    RequestRejected,
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


class FieldFails(Conflict):
    """Odoo fails on one field of many rows; `field` is to be left out."""

    code = "odoo_field_fails"

    def __init__(self, field: str, said: str) -> None:
        super().__init__(
            f"Odoo fails on the field {field} of many records. Leave it out of the extra fields, "
            f"or ask the administrator of Odoo to mend it. {said}"
        )
        self.field = field


@dataclass
class Found:
    """Rows in the order of their ids, those at fault without the fields at fault or not at all."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


async def read_around(work: Work, ids: Sequence[int], fields: Sequence[str]) -> Found:
    """Read what can be read. Raises OdooError when too much cannot."""
    found = Found()
    await _by_row(work, list(ids), list(fields), found)
    return found


async def _by_row(work: Work, ids: list[int], fields: list[str], found: Found) -> None:
    try:
        found.rows += await _read(work, ids, fields)
    except NARROWABLE as error:
        if len(ids) > 1:
            if isinstance(error, _SILENT) and not await answers(work):
                raise
            half = len(ids) // 2
            await _by_row(work, ids[:half], fields, found)
            await _by_row(work, ids[half:], fields, found)
            return
        work.faulty.update(ids)
        work.slow += isinstance(error, _SILENT)
        if len(work.faulty) > MOST_FAULTY or work.slow > MOST_SLOW:
            raise
        await _one_row(work, ids[0], fields, error, found)


async def _one_row(
    work: Work, odoo_id: int, fields: list[str], error: OdooError, found: Found
) -> None:
    try:
        there = await _read(work, [odoo_id], ["id"])
    except NARROWABLE:
        if not await _others_can_be_read(work):
            raise
        _set_aside(work, found, Fault(odoo_id, WHOLE_ROW, error.code, error.message))
        return
    if there:
        row: dict[str, Any] = {"id": odoo_id}
        await _by_field(work, row, fields, found)
        found.rows.append(row)


def _set_aside(work: Work, found: Found, fault: Fault) -> None:
    found.faults.append(fault)
    log.warning(
        "set_aside", run=work.run_id, odoo_id=fault.odoo_id, field=fault.field, code=fault.code
    )


async def answers(work: Work) -> bool:
    """Tell a page that takes too long from a server that is silent, in a short time."""
    call, model, context = work.client.search, work.dataset.model, work.context
    try:
        await within(pace.patience(1), lambda: call(model, [], limit=1, context=context))
    except OdooError:
        return False
    return True


async def _others_can_be_read(work: Work) -> bool:
    """Tell a row at fault from a server that answers nothing, by the first row and the last."""
    domain = [["id", "not in", sorted(work.spared)]]
    for order in ("id", "id desc"):
        try:
            await within(pace.patience(1), partial(_first_id, work, domain, order))
        except OdooError:
            continue
        return True
    return False


async def _first_id(work: Work, domain: list[Any], order: str) -> list[dict[str, Any]]:
    return await work.client.search_read(
        work.dataset.model, domain, ["id"], limit=1, order=order, context=work.context
    )


async def _by_field(work: Work, row: dict[str, Any], fields: list[str], found: Found) -> None:
    try:
        for read in await _read(work, [row["id"]], fields):
            row.update(read)
    except NARROWABLE as error:
        if len(fields) == 1:
            if isinstance(error, _SILENT) and not await _others_can_be_read(work):
                raise
            # One row may be read several times a run: in its window, again as volatile, to mend.
            rows = work.failing[fields[0]]
            rows.add(row["id"])
            if len(rows) > MOST_OF_A_FIELD:
                raise FieldFails(fields[0], error.message) from error
            _set_aside(work, found, Fault(row["id"], fields[0], error.code, error.message))
            return
        half = len(fields) // 2
        await _by_field(work, row, fields[:half], found)
        await _by_field(work, row, fields[half:], found)


async def _read(work: Work, ids: list[int], fields: list[str]) -> list[dict[str, Any]]:
    """Read rows by id; some few must come soon, for many more of such reads may follow."""
    domain = domains.with_ids(ids)

    async def read() -> list[dict[str, Any]]:
        return await work.client.search_read(
            work.dataset.model, domain, fields, order="id", context=work.context, names=False
        )

    if len(ids) > _FEW:
        return await patiently(read)
    return await patiently(lambda: within(pace.patience(len(ids)), read))
