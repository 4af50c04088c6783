"""Names of many2one targets: kept apart from the rows, asked for once, refreshed daily.

A missing name is asked through a row that points to it, not from the target itself: Odoo tells it
there even when the login may not read the target. Targets that are themselves a dataset of the
connection are named by their own record in the copy. A name that cannot be had fails no run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from odoosync.db import Tx
from odoosync.log import get_logger
from odoosync.odoo import domain as domains
from odoosync.odoo.bounds import NAMES
from odoosync.odoo.errors import FixRequest, FixRights, NarrowDown
from odoosync.odoo.fields import is_id
from odoosync.odoo.names import display_name
from odoosync.store import labels as store
from odoosync.sync.engine.making import Targets
from odoosync.sync.engine.work import Work
from odoosync.sync.patience import patiently

log = get_logger(__name__)
Names = dict[str, dict[int, str]]
REFRESH_EVERY: Final = timedelta(hours=24)
_AT_ONCE: Final = 1_000
_REMEMBERED: Final = 50_000
"""Ids a model of which a run remembers that they have a name: memory stays bounded."""


async def fetch_missing(work: Work, targets: Targets, ids: Collection[int]) -> Names:
    """Return names by model and id of those targets that are not known yet.

    `ids` are those of the rows that point to them, which need no other name where they are targets.
    """
    wanted = await _unknown(work, targets, ids)
    found = await names_shown(work, wanted) if wanted else {}
    for model, names in found.items():
        _remember(work, model, names)
    return found


async def names_shown(work: Work, wanted: Mapping[str, Mapping[int, int]]) -> Names:
    """Return names as the rows show them that `wanted` maps to from model and id; others, too."""
    bearers = sorted({bearer for targets in wanted.values() for bearer in targets.values()})
    relations = work.relations
    fields = sorted({name for name in relations if relations[name] in wanted})
    found: Names = defaultdict(dict)
    for start in range(0, len(bearers), _AT_ONCE):
        some = bearers[start : start + _AT_ONCE]
        for row in await _read_names(work, work.dataset.model, some, fields):
            for name in fields:
                pair = row.get(name)
                if isinstance(pair, list) and len(pair) > 1 and is_id(pair[0]):
                    found[relations[name]][pair[0]] = display_name(pair[1])
    return dict(found)


async def _read_names(
    work: Work, model: str, ids: list[int], fields: list[str]
) -> list[dict[str, Any]]:
    """Search by id rather than read: rows that are gone or hidden meanwhile are left out."""
    try:
        return await patiently(
            lambda: work.client.search_read(
                model,
                domains.with_ids(ids),
                fields,
                context=work.context,
                names=True,
                bound=NAMES,
            )
        )
    except (FixRights, FixRequest, NarrowDown) as error:
        log.info("names_not_read", run=work.run_id, model=model, code=error.code)
        return []


async def _unknown(work: Work, targets: Targets, ids: Collection[int]) -> Targets:
    new = {model: found.keys() - work.named[model] for model, found in targets.items()}
    if work.dataset.model in new:
        new[work.dataset.model].difference_update(ids)
    if not any(new.values()):
        return {}
    async with work.database.tenant(work.claim.tenant_id, write=False) as tx:
        for model, asked in new.items():
            here = work.dataset_of(model)
            unknown = await store.missing(tx, work.connection_id, model, asked, here)
            _remember(work, model, asked - unknown)
            new[model] = unknown
    return {
        model: {target: targets[model][target] for target in unknown}
        for model, unknown in new.items()
        if unknown
    }


def _remember(work: Work, model: str, ids: Iterable[int]) -> None:
    named = work.named[model]
    if len(named) < _REMEMBERED:
        named.update(ids)


async def keep(work: Work, tx: Tx, names: Mapping[str, Mapping[int, str]]) -> None:
    """Store names, models in order: syncs of other datasets store the same ones beside us."""
    for model in sorted(names):
        await store.put(tx, work.connection_id, model, names[model], work.clock())


async def refresh(work: Work) -> None:
    """Ask for all kept names again: a target can be renamed without a change of our rows."""
    for model in sorted(set(work.relations.values())):
        async with work.database.tenant(work.claim.tenant_id, write=False) as tx:
            known = await store.known_ids(tx, work.connection_id, model)
        for start in range(0, len(known), _AT_ONCE):
            await _refresh_some(work, model, known[start : start + _AT_ONCE])


async def _refresh_some(work: Work, model: str, ids: list[int]) -> None:
    """Ask the targets themselves; those that the login may not read keep the names they have."""
    rows = await _read_names(work, model, ids, ["display_name"])
    names = {row["id"]: display_name(row.get("display_name")) for row in rows}

    async def write(tx: Tx) -> Mapping[str, int]:
        await store.put(tx, work.connection_id, model, names, work.clock())
        return {}

    await work.commit(work.plan, write)
