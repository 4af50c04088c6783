"""Rows of a table as a queue: whose turn it is, who holds a row, and who may move it.

One mechanism for all queues. Rows that are due are ranked within each party that has a share (a
tenant, a server), behind what is held of it already; those within all shares are claimed, in one
statement. A claim raises the row's fence and gives it a lease, by the database's clock. Whoever
holds it extends the lease, and moves the row under its fence, beside what it writes elsewhere; no
row hit means that somebody else has it by now.

Claiming looks across tenants, for a worker sees whose turn it is before it knows for whom it works.
What follows happens through the claim's own tenant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    Table,
    Update,
    and_,
    case,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.sql.dml import ReturningUpdate

from odoosync.db import Database, Tx, epoch_now
from odoosync.jobs.errors import LeaseLost
from odoosync.jobs.suspended import suspended

_FROZEN_MS: Final = 5_000
"""For how long a worker that is frozen while it chooses may hold up the others."""


class Held(Protocol):
    """The right to a row, good while its fence is the row's."""

    @property
    def id(self) -> Any: ...
    @property
    def tenant_id(self) -> int: ...
    @property
    def fence(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` of one party's, or as many as that column of the candidates says.

    `taken` are those that count already: a query of `key` and `count`.
    """

    most: int | str
    taken: Select[Any]


@dataclass(frozen=True, slots=True)
class Share:
    """What one party may have: the rows that are alike in the column `key` of the candidates.

    A row without a party (NULL) is within the share.
    """

    key: str
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """A `table` with id, tenant_id, fence and lease_until; `lock` is a number of its own.

    `is_open` tells rows that have not ended, `is_ripe` those of them whose time has come.
    """

    table: Table
    lock: int
    is_open: ColumnElement[bool]
    is_ripe: ColumnElement[bool]

    @property
    def held(self) -> ColumnElement[bool]:
        return and_(self.is_open, self.table.c.lease_until > epoch_now())

    @property
    def due(self) -> ColumnElement[bool]:
        """Tell rows that may be claimed, as far as nobody else's share is concerned."""
        lease = self.table.c.lease_until
        free = or_(lease.is_(None), lease <= epoch_now())
        return and_(self.is_open, self.is_ripe, free, not_(suspended(self.table.c.tenant_id)))

    @property
    def any_due(self) -> Select[Any]:
        """Return the question that is quick enough to be asked often: whether anything is due."""
        return select(self.table.c.id).where(self.due).limit(1)

    def count_held(self, key: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
        """Count what is held by `key`, as a Limit's `taken`."""
        held = select(key.label("key"), func.count().label("count")).select_from(self.table)
        return held.where(self.held, *conditions).group_by(key)

    def in_turn(self, candidates: Select[Any], shares: Sequence[Share]) -> Select[Any]:
        """Choose the ids of those within all shares, whose turn it is first.

        `candidates` have id, priority, ripe_at and the keys of the shares. Parties take turns, of
        the first share before those of the second; what must wait keeps nobody behind it waiting.
        """
        queue = _not_full(candidates.subquery("candidates"), shares)
        turns: list[str] = []
        waits: ColumnElement[int] = literal_column("0")
        for share in shares:
            queue = _ranked(queue, share, waits, turns)
            turns.append(f"{share.key}_turn")
            waits = queue.c[f"{share.key}_waits"]
        return select(queue.c.id).where(waits == 0).order_by(*_order(queue, turns))

    def taking(
        self, in_turn: Select[Any], values: Mapping[str, Any], *more: ColumnElement[Any]
    ) -> ReturningUpdate[Any]:
        """Return the statement that claims those rows; it returns them, with `more` columns."""
        return (
            self.table.update()
            .where(self.table.c.id.in_(self._locked(in_turn)))
            .values(fence=self.table.c.fence + 1, **values)
            .returning(*self.table.c, *more)
        )

    async def claim(
        self,
        database: Database,
        in_turn: Select[Any],
        taking: ReturningUpdate[Any],
        parameters: Mapping[str, Any],
    ) -> list[Row[Any]]:
        """Take the rows whose turn it is.

        On SQLite, where one writer holds up all others, a look comes first.
        """
        if database.dialect == "sqlite":
            async with database.system(write=False) as tx:
                if (await tx.execute(in_turn, parameters)).first() is None:
                    return []
        async with database.system() as tx:
            if not await self._is_alone(tx):
                return []
            return list((await tx.execute(taking, parameters)).all())

    def _locked(self, in_turn: Select[Any]) -> Select[Any]:
        """Lock those rows, but for any that somebody else has locked.

        PostgreSQL may run a subquery anew for each row of a statement that changes rows. It passes
        over rows that were changed already, so a limit would let others in: this runs once.
        """
        first = _once(in_turn, "in_turn")
        rows = select(self.table.c.id).where(self.table.c.id.in_(select(first.c.id)), self.due)
        return select(_once(rows.with_for_update(skip_locked=True), "locked"))

    async def _is_alone(self, tx: Tx) -> bool:
        """Let one worker at a time choose: shares count what others hold. Others come back soon.

        A worker that is frozen in here would hold everybody up: its session is ended then.
        """
        if tx.dialect != "postgresql":
            return True  # the write lock is held already
        limit = func.set_config("idle_in_transaction_session_timeout", str(_FROZEN_MS), True)
        is_alone = select(func.pg_try_advisory_xact_lock(self.lock), limit)
        return bool(await tx.scalar(is_alone))

    def of(self, tx: Tx, held: Held) -> Update:
        """Start a change of a row that is held, and of no other."""
        return tx.update(self.table).where(*self.is_held(held))

    def is_held(self, held: Held) -> tuple[ColumnElement[bool], ...]:
        return self.table.c.id == held.id, self.table.c.fence == held.fence, self.is_open

    async def extend(self, tx: Tx, held: Held, lease_s: float, **values: Any) -> Row[Any]:
        """Renew the lease, and set `values`; returns the row. Raises LeaseLost."""
        lease = epoch_now() + lease_s
        moved = self.of(tx, held).values(lease_until=lease, **values).returning(*self.table.c)
        row = (await tx.execute(moved)).first()
        if row is None:
            raise LeaseLost
        return row

    async def release(self, tx: Tx, held: Held, **values: Any) -> Row[Any]:
        """Let go of a row, and say how it goes on, or that it ended. Raises LeaseLost.

        The fence moves at once: who held it writes nothing more.
        """
        gone = {"fence": self.table.c.fence + 1, "lease_until": None}
        released = self.of(tx, held).values(**gone, **values).returning(*self.table.c)
        row = (await tx.execute(released)).first()
        if row is None:
            raise LeaseLost
        return row


def _once(query: Select[Any], name: str) -> CTE:
    """Have a query run once, whatever the planner thinks of it."""
    return query.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


def _not_full(candidates: Any, shares: Sequence[Share]) -> Any:
    """Leave out what its party cannot have now; tell of the others how much counts already."""
    source, counts, within = candidates, [], []
    for share in shares:
        key = candidates.c[share.key]
        for number, limit in enumerate(share.limits):
            taken = _once(limit.taken, f"{share.key}_{number}")
            source = source.outerjoin(taken, taken.c.key == key)
            count = func.coalesce(taken.c.count, 0)
            counts.append(count.label(_taken(share, number)))
            within.append(or_(key.is_(None), count < _most(candidates, limit)))
    return select(candidates, *counts).select_from(source).where(*within).subquery("not_full")


def _ranked(queue: Any, share: Share, waits: ColumnElement[int], turns: Sequence[str]) -> Any:
    """Give each its place among its party's, those last that must wait anyway."""
    key = queue.c[share.key]
    place = func.row_number().over(partition_by=key, order_by=(waits, *_order(queue, turns)))
    ranks = [place + queue.c[_taken(share, number)] for number in range(len(share.limits))]
    over = or_(
        *(rank > _most(queue, limit) for rank, limit in zip(ranks, share.limits, strict=True))
    )
    must_wait = case((waits == 1, 1), (and_(key.is_not(None), over), 1), else_=0)
    return select(
        queue, ranks[0].label(f"{share.key}_turn"), must_wait.label(f"{share.key}_waits")
    ).subquery(f"by_{share.key}")


def _order(queue: Any, turns: Sequence[str]) -> tuple[ColumnElement[Any], ...]:
    in_turn = (queue.c[turn] for turn in turns)
    return queue.c.priority.desc(), *in_turn, queue.c.ripe_at, queue.c.id


def _most(source: Any, limit: Limit) -> Any:
    return source.c[limit.most] if isinstance(limit.most, str) else limit.most


def _taken(share: Share, number: int) -> str:
    return f"{share.key}_taken_{number}"
