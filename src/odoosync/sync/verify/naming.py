"""Names of many2one targets, held against what Odoo shows on the rows that point to them.

Names are kept apart from rows and refreshed daily: one that differs makes no row untrue. Targets
that are a dataset are named by their own record, whose own verification compares its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from odoosync.store import labels as store
from odoosync.store.rows import clean
from odoosync.sync.engine import labels
from odoosync.sync.engine.labels import Names
from odoosync.sync.verify.check import Check

_COMPARED: Final = 50_000
"""Targets a model that are compared at most: memory stays bounded."""


async def compare(check: Check, rows: Mapping[int, dict[str, Any]]) -> Names:
    """Return the names as Odoo says them, by model and id, of those that are kept otherwise."""
    wanted = _targets(check, rows)
    if not wanted:
        return {}
    theirs = await labels.names_shown(check, wanted)
    async with check.database.tenant(check.claim.tenant_id, write=False) as tx:
        asked = {model: list(names) for model, names in theirs.items()}
        ours = await store.resolve(tx, check.connection_id, asked, {})
    found: Names = {}
    for model, names in theirs.items():
        differing = {
            target: name
            for target, name in names.items()
            if target in wanted[model] and ours.get((model, target)) != clean(name)
        }
        if differing:
            found[model] = differing
    return found


def _targets(check: Check, rows: Mapping[int, dict[str, Any]]) -> dict[str, dict[int, int]]:
    """Map each model to the ids not compared yet, each with one row that points there."""
    found: dict[str, dict[int, int]] = {}
    for name, model in check.relations.items():
        seen = check.named_alike[model]
        if check.dataset_of(model) is not None:
            continue
        for odoo_id, row in rows.items():
            target = row.get(name)
            if target is not None and target not in seen and len(seen) < _COMPARED:
                seen.add(target)
                found.setdefault(model, {})[target] = odoo_id
    return found
