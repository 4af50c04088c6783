"""When rows were written: single edits over two years, and imports with one stamp for thousands."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from odoo_sandbox.world import EPOCH

_MICROSECOND = timedelta(microseconds=1)
_DAY = 86_400 * 1_000_000
_SPAN = 720 * _DAY
_IMPORT_OF = 2_500


class Stamps:
    """Pairs of create and write stamps in microseconds, all before `now`."""

    def __init__(self, now: datetime, rng: Random) -> None:
        self._last = (now - EPOCH) // _MICROSECOND - _DAY
        self._first = self._last - _SPAN
        self._rng = rng
        self._import = self._anywhere()
        self._left = _IMPORT_OF

    def pair(self) -> tuple[int, int]:
        chance = self._rng.random()
        if chance < 0.6:  # noqa: PLR2004 - most rows came with an import and were left alone
            return self._imported(), self._import
        made = self._first + int(self._rng.random() * _SPAN)
        if chance < 0.8:  # noqa: PLR2004
            return made, made
        return made, made + int(self._rng.random() * (self._last - made))

    def _imported(self) -> int:
        self._left -= 1
        if not self._left:
            self._import, self._left = self._anywhere(), _IMPORT_OF
        return self._import

    def _anywhere(self) -> int:
        return self._first + int(self._rng.random() * _SPAN)
