"""Reading both sides: a span of ids first, then those that differ once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from odoosync.db import Tx
from odoosync.odoo import domain as domains
from odoosync.store import comparing, deletion
from odoosync.store.comparing import Kept
from odoosync.store.dialects import in_chunks
from odoosync.sync import cursors
from odoosync.sync.engine.pages import Reader
from odoosync.sync.engine.sifting import decoded
from odoosync.sync.engine.volatile import INTERVAL
from odoosync.sync.verify.check import Check
from odoosync.sync.verify.judging import Judge, Promise, Verdict, promise_of
from odoosync.sync.window import frozen_now

KEPT_AT_ONCE: Final = 5_000
_READ_AT_ONCE: Final = 1_000
_LOOKS_AT_IDS: Final = 3

Rows = dict[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class SecondLook:
    """What is told of rows that differed, and what Odoo says of them now.

    Of `aside` rows it does not say everything: they are not judged.
    """

    verdicts: Sequence[Verdict]
    theirs: Rows
    aside: frozenset[int] = frozenset()


async def kept_between(check: Check, after: int | None, until: int | None) -> list[Kept]:
    async with check.database.tenant(check.claim.tenant_id, write=False) as tx:
        return await comparing.between(
            tx,
            check.connection_id,
            check.dataset.name,
            after=after,
            until=until,
            limit=KEPT_AT_ONCE,
        )


async def again(
    check: Check, judge: Judge, ids: Sequence[int], before: dict[int, Kept]
) -> SecondLook:
    """Read rows of both sides once more, and judge them. `before` is what was kept at first.

    Theirs first, then the promise, then ours: a sync that writes in between makes ours newer than
    what it is held to, which shows as `moved`, never the other way round.
    """
    theirs, aside = await _theirs(check, ids)
    async with check.database.tenant(check.claim.tenant_id, write=False) as tx:
        promise = await _promise(tx, check)
        kept = await comparing.by_id(tx, check.connection_id, check.dataset.name, ids)
    verdicts = []
    for odoo_id in (one for one in ids if one not in aside):
        first, now = before.get(odoo_id), kept.get(odoo_id)
        moved = (first and first.version) != (now and now.version)
        found = judge.verdict(odoo_id, theirs.get(odoo_id), now, promise, moved=moved)
        if found is not None:
            verdicts.append(found)
    return SecondLook(verdicts, theirs, aside)


async def _theirs(check: Check, ids: Sequence[int]) -> tuple[Rows, frozenset[int]]:
    """Search by id: what is gone or out of sight is left out; what fails is named apart.

    What failed in this run is not asked for again: finding that out may have cost many bytes.
    """
    found: Rows = {}
    aside = check.spared.intersection(ids)
    for some in in_chunks([odoo_id for odoo_id in ids if odoo_id not in aside], _READ_AT_ONCE):
        domain, names = domains.with_ids(some), check.plan.fields
        reader, more = Reader(check, domain, names, counted=len(some)), True
        while more:
            page = await reader.next()
            more = page.more and page.last_id != some[-1]
            rows, faults = decoded(check, page.rows, check.plan.fields)
            found |= rows
            aside.update(fault.odoo_id for fault in [*page.faults, *faults])
    return found, frozenset(aside)


async def _promise(tx: Tx, check: Check) -> Promise:
    cursor = await cursors.read(tx, check.connection_id, check.dataset.name)
    now, before = check.clock(), check.gone_before
    confirmed_at = await _confirmed_at(tx, check)
    began = cursor.low_seen_at
    # A sync that began after they were seen gone would have marked them.
    judged = before and began and confirmed_at and before.at <= began <= confirmed_at
    return promise_of(
        cursor,
        t0=frozen_now(check.client.server_now, now),
        our_now=now,
        confirmed_at=confirmed_at,
        volatile_every=INTERVAL,
        gone_before=before.ids if before and judged else frozenset(),
        lookback=check.lookback,
    )


async def _confirmed_at(tx: Tx, check: Check) -> datetime | None:
    """Return when ids were last compared, if those then left live are the live ones now.

    A sync that marks rows between two of our questions is no difference: so it is asked again.
    """
    place = check.connection_id, check.dataset.name
    for _ in range(_LOOKS_AT_IDS):
        seen = await cursors.confirmed(tx, *place)
        if seen is None:
            return None
        moment = datetime.fromisoformat(seen["at"])
        ours = await deletion.count_and_sum(tx, *place, until=moment)
        if (ours.count, ours.sum) == (seen["rows"], seen["id_sum"]):
            return moment
    return None
