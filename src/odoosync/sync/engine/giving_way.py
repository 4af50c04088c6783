"""A run gives way where Odoo has less than was thought: it is made ready anew, and goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from odoosync.log import get_logger
from odoosync.odoo.errors import FieldUnknown
from odoosync.sync.engine.narrowing import FieldFails

log = get_logger(__name__)
FIELDS_GIVEN_UP: Final = 5
"""After so many a field's failure is the run's."""
Prepared = TypeVar("Prepared")
Told = TypeVar("Told")


async def giving_way(
    run_id: str,
    left_out: set[str],
    prepared: Prepared,
    *,
    go_on: Callable[[Prepared], Awaitable[Told]],
    anew: Callable[[Prepared], Awaitable[Prepared]],
) -> Told:
    """Go on with what was prepared, and with what is made `anew` of it where a field is at fault.

    A field that Odoo fails on is added to those `left_out`. Raises what `go_on` raises.
    """
    for _ in range(FIELDS_GIVEN_UP):
        try:
            return await go_on(prepared)
        except FieldUnknown:
            # An upgrade took it away between the question and the page: ask once more.
            log.info("field_vanished", run=run_id)
        except FieldFails as error:
            left_out.add(error.field)
            log.warning("field_left_out", run=run_id, field=error.field)
        prepared = await anew(prepared)
    return await go_on(prepared)
