"""How many records one request may read, however it asks for them."""

from __future__ import annotations

from typing import Final

from odoosync.api.reading.errors import BadLimit
from odoosync.errors import InvalidInput

MAX_RECORDS: Final = 1000


class TooManyRecords(InvalidInput):
    code = "too_many_records"

    def __init__(self) -> None:
        super().__init__(
            f"One request reads at most {MAX_RECORDS:,} records in all, and this one asks for "
            "more. Ask for fewer with `limit`, or send several requests."
        )


class RecordBudget:
    """Counts what all parts of one request ask for."""

    def __init__(self) -> None:
        self._left = MAX_RECORDS

    def take(self, count: int) -> None:
        """Count records before they are read. Raises TooManyRecords."""
        if count > self._left:
            raise TooManyRecords
        self._left -= count

    def take_page(self, limit: int) -> None:
        """Count a list's page by its `limit`. Raises BadLimit, TooManyRecords."""
        if not 1 <= limit <= MAX_RECORDS:
            raise BadLimit(MAX_RECORDS)
        self.take(limit)
