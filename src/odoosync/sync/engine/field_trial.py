"""Trying fields again that Odoo failed on: a call or two for each, before anything is read.

A field is tried on rows that it failed on, then on the first thousand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from odoosync.log import get_logger
from odoosync.odoo import domain as domains
from odoosync.odoo.client import OdooClient
from odoosync.odoo.errors import FieldUnknown, RowLeftOut
from odoosync.sync import pace
from odoosync.sync.engine.narrowing import NARROWABLE, ONE_AT_A_TIME
from odoosync.sync.failing_fields import FailingField, FieldError
from odoosync.sync.patience import patiently, within

log = get_logger(__name__)
_ROWS: Final = 1_000


@dataclass
class Trial:
    """What came of it: fields that can be read again, and those that still fail."""

    recovered: set[str] = field(default_factory=set)
    errors: list[FieldError] = field(default_factory=list)


async def try_fields(
    client: OdooClient,
    model: str,
    failing: Mapping[str, FailingField],
    *,
    context: dict[str, Any],
) -> Trial:
    """Read each of these fields where it failed. Raises what is no fault of a field."""
    trial = Trial()
    for name, known in failing.items():
        try:
            for domain in (domains.with_ids(sorted(known.error.ids)), domains.EVERYTHING):
                rows = await _read(client, model, domain, name, context=context)
                if known.error.code == RowLeftOut.code:
                    count = await client.search_count(model, domain, context=context)
                    _hold_against(count, rows, model)
        except FieldUnknown:
            trial.recovered.add(name)  # it is gone, which the list of fields shows
        except NARROWABLE as error:
            trial.errors.append(_fails_still(known.error, error.code, error.message))
        else:
            trial.recovered.add(name)
            log.info("field_recovered", model=model, field=name)
    return trial


def _fails_still(known: FieldError, code: str, reason: str) -> FieldError:
    """Keep what was found out before: a trial does not tell whether one row can be read."""
    return known if known.code == ONE_AT_A_TIME else replace(known, code=code, reason=reason)


def _hold_against(count: int, rows: Sequence[Any], model: str) -> None:
    if len(rows) < min(count, _ROWS):
        raise RowLeftOut(model)


async def _read(
    client: OdooClient, model: str, domain: list[Any], name: str, *, context: dict[str, Any]
) -> list[dict[str, Any]]:
    return await patiently(
        lambda: within(
            pace.patience(_ROWS),
            lambda: client.search_read(model, domain, [name], limit=_ROWS, context=context),
        )
    )
