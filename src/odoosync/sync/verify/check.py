"""What all steps of one verification share, how far it has come, and how it commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Self

from odoosync.db import Tx
from odoosync.errors import Conflict
from odoosync.jobs import idle
from odoosync.sync.engine.work import Work, Write
from odoosync.sync.plan import Plan
from odoosync.sync.verify.tally import Tally


class SyncGoesOn(Conflict):
    """A sync of the dataset is running, or ran meanwhile: nothing may be written now."""

    code = "sync_goes_on"

    def __init__(self) -> None:
        super().__init__("A sync of this dataset is going on. The repair goes on after it.")


class NeverAtRest(Conflict):
    """Syncs follow each other so closely that a repair found no place between them for a day."""

    code = "sync_never_rests"

    def __init__(self) -> None:
        super().__init__(
            "For a day, each try to repair met a sync of this dataset. Pause its schedule, or give "
            "it a longer interval, and ask for the repair again."
        )


@dataclass(frozen=True, slots=True)
class Reached:
    """The run's checkpoint: ids up to `last_id` are compared by `fields`; with `all_rows`, all.

    `synced_to` is the T0 of the last sync and `began` that of the verification, as of its start.
    `waits` counts how often a repair had to wait for a sync: each is progress, not a failure.
    """

    fields: tuple[str, ...] = ()
    last_id: int | None = None
    all_rows: bool = False
    synced_to: str | None = None
    began: str | None = None
    waits: int = 0
    tally: Tally = field(default_factory=Tally)

    def to_json(self) -> dict[str, Any]:
        return {
            "fields": list(self.fields),
            "last_id": self.last_id,
            "all_rows": self.all_rows,
            "synced_to": self.synced_to,
            "began": self.began,
            "waits": self.waits,
            "tally": self.tally.to_json(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any] | None) -> Self | None:
        """Read a checkpoint; None for none, and for one of another version of this program."""
        known = {one.name for one in fields(cls)}
        if document is None or document.keys() != known:
            return None
        counted = document["tally"]
        if counted.keys() != {one.name for one in fields(Tally)}:
            return None
        own = {"fields": tuple(document["fields"]), "tally": Tally.from_json(counted)}
        return cls(**{**document, **own})


@dataclass(frozen=True, slots=True)
class Gone:
    """Live ids that an earlier verification saw gone by the moment `at`."""

    at: datetime
    ids: frozenset[int]


@dataclass
class Check(Work):
    """A verification at work. What syncs read by is its plan; how far it is stands in `reached`.

    While `rest` is set, commits are refused unless that sync of the dataset began last.
    `lookback` is the connection's own, None for the usual one.
    `confirmed_by_hand`: a person allowed marking rows as gone, however many they are.
    """

    reached: Reached = field(default_factory=Reached)
    repairs: bool = False
    confirmed_by_hand: bool = False
    rest: int | None = None
    lookback: timedelta | None = None
    gone_before: Gone | None = None
    named_alike: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    async def commit(self, plan: Plan, write: Write) -> None:
        """Commit what `write` does with counts and checkpoint; see `Work.commit`.

        Never touches the cursor, which is the sync's. Raises SyncGoesOn, having written nothing.
        """

        async def guarded(tx: Tx) -> Mapping[str, int]:
            await self._guard(tx)
            return await write(tx)

        detail = self.reached.tally.told()
        await self._commit(self.reached.to_json(), guarded, detail=detail)
        self.plan = plan
        self.lease.check()

    async def note_rest(self) -> None:
        """Note that no sync of the dataset is running, before reading what is to be written."""
        async with self.database.tenant(self.claim.tenant_id, write=False) as tx:
            place = self.connection_id, self.dataset.name
            self.rest = await idle.last_begun(tx, *place)
        if self.rest is None:
            raise SyncGoesOn

    async def _guard(self, tx: Tx) -> None:
        if self.rest is None:
            return
        place = self.connection_id, self.dataset.name
        if not await idle.is_still_idle(tx, *place, self.rest):
            raise SyncGoesOn
