"""Keeping a copy within what its tenant may have in all."""

from __future__ import annotations

from sqlalchemy import func

from odoosync.db import Tx
from odoosync.quotas import QuotaReached
from odoosync.store.tables import records


class RowQuota:
    """Counts the tenant's rows once a run, when the first one is added, and what is added since."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._room: int | None = None

    async def take(self, tx: Tx, created: int) -> None:
        """Account for rows that were just added. Raises QuotaReached where they are too many."""
        if not created:
            return
        if self._room is None:
            held = int(await tx.scalar(tx.select(records, func.count())) or 0)
            self._room = self._most - held
        else:
            self._room -= created
        if self._room < 0:
            raise QuotaReached(self._most, "records in all copies")
