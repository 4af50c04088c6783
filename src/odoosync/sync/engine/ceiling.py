"""The end of what has none: a server that sends ascending rows for ever would fill the disk.

Up to `MARGIN` rows nobody counts. Beyond that the server is asked how many there are, again as
often as its own number is left far behind: an honest one may grow while it is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from odoosync.odoo.errors import EndlessAnswer
from odoosync.sync.engine.work import Work
from odoosync.sync.patience import patiently

MARGIN: Final = 20_000


class Ceiling:
    """Bounds what one domain may give."""

    def __init__(self, work: Work, domain: Sequence[Any]) -> None:
        self._work = work
        self._domain = list(domain)
        self._allowed = MARGIN

    async def check(self, seen: int) -> None:
        """Raise EndlessAnswer when far more was seen than the server says that it holds."""
        if seen <= self._allowed:
            return
        work, domain = self._work, self._domain
        count = await patiently(
            lambda: work.client.search_count(work.dataset.model, domain, context=work.context)
        )
        self._allowed = count + count // 2 + MARGIN
        if seen > self._allowed:
            raise EndlessAnswer(seen, count)
