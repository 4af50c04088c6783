"""A run gives way where Odoo has less than was thought: it is made ready anew, and goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from odoosync.log import get_logger
from odoosync.odoo.errors import FieldUnknown
from odoosync.sync.engine.narrowing import FieldsFail
from odoosync.sync.failing_fields import FieldError

log = get_logger(__name__)
TIMES: Final = 5
"""After so many the failure of fields is the run's."""
Prepared = TypeVar("Prepared")
Told = TypeVar("Told")


async def giving_way(
    run_id: str,
    left_out: set[str],
    prepared: Prepared,
    *,
    go_on: Callable[[Prepared], Awaitable[Told]],
    anew: Callable[[Prepared], Awaitable[Prepared]],
    remember: Callable[[Sequence[FieldError]], Awaitable[None]] | None = None,
) -> Told:
    """Go on with what was prepared, and with what is made `anew` of it where fields are at fault.

    Fields that Odoo fails on are added to those `left_out`, and handed to `remember`. Raises what
    `go_on` raises.
    """
    for _ in range(TIMES):
        try:
            return await go_on(prepared)
        except FieldUnknown:
            # An upgrade took it away between the question and the page: ask once more.
            log.info("field_vanished", run=run_id)
        except FieldsFail as fails:
            left_out.update(error.field for error in fails.errors)
            for error in fails.errors:
                log.warning("field_left_out", run=run_id, field=error.field, code=error.code)
            if remember is not None:
                await remember(fails.errors)
        prepared = await anew(prepared)
    return await go_on(prepared)
