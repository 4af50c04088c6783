"""Values that are not of their field's type: set aside one by one, so that the rest is stored.

A customised field, or whatever stands before Odoo, may send what no field of that type holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from odoosync.odoo.errors import BadAnswer
from odoosync.odoo.fields import PageDecoder
from odoosync.store.rows import EncodedRow, NotStorable, Row, encode, is_storable
from odoosync.sync.engine.narrowing import MOST_FAULTY
from odoosync.sync.engine.work import Work
from odoosync.sync.set_aside import Fault

_WHY = "Odoo sent a value that a field of this type cannot have."
_WHY_NOT_STORED = "Odoo sent a value that no database holds: lists in lists, some hundred deep."


def decoded(
    work: Work, rows: list[dict[str, Any]], names: tuple[str, ...]
) -> tuple[dict[int, dict[str, Any]], list[Fault]]:
    """Decode a page, but for values that cannot be: those are taken out, and told."""
    try:
        return work.decode(rows, names), []
    except BadAnswer:
        faults = _sift(work, rows, names)
        return work.decode(rows, names), faults


def encoded(work: Work, rows: Sequence[Row]) -> tuple[list[EncodedRow], list[Fault]]:
    """Encode rows, but for values that cannot be stored: those are taken out, and told.

    Raises BadAnswer when there are too many.
    """
    ready: list[EncodedRow] = []
    faults: list[Fault] = []
    for row in rows:
        try:
            ready.append(encode(row))
        except NotStorable:
            faults += [
                Fault(row.odoo_id, name, BadAnswer.code, _WHY_NOT_STORED)
                for name in _take_out_what_is_not_storable(row)
            ]
            ready.append(encode(row))
    _count(work, faults)
    return ready, faults


def _take_out_what_is_not_storable(row: Row) -> list[str]:
    names = [name for name, value in row.data.items() if not is_storable(value)]
    for name in names:
        del row.data[name]
    return names


def _count(work: Work, faults: Sequence[Fault]) -> None:
    work.faulty.update(fault.odoo_id for fault in faults)
    if len(work.faulty) > MOST_FAULTY:
        raise BadAnswer


def _sift(work: Work, rows: Sequence[dict[str, Any]], names: Sequence[str]) -> list[Fault]:
    """Take values out of rows that cannot be decoded; the rows may be decoded in part already.

    Raises BadAnswer when there are too many: then it is the server that talks nonsense.
    """
    faults = []
    for name in names:
        decoder = PageDecoder.of(work.fields, (name,))
        empty = False if work.fields[name].type == "many2one" else None
        for row in rows:
            if row.get(name) is None and name in row:
                row[name] = empty
            elif name in row and not _fits(decoder, name, row[name]):
                del row[name]
                faults.append(Fault(row["id"], name, BadAnswer.code, _WHY))
    _count(work, faults)
    return faults


def _fits(decoder: PageDecoder, name: str, value: Any) -> bool:
    try:
        decoder.decode([{name: value}])
    except BadAnswer:
        return False
    return True
