"""What a dataset's fields are, and what of them changed since the last run.

A field that this version of Odoo never had is no change: versions differ. It is described all the
same, as absent, so that its key is there in answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odoosync.connections.connection import ALL_DATASETS
from odoosync.db import Database
from odoosync.odoo.errors import FixRequest, FixRights
from odoosync.sync import cursors
from odoosync.sync.choosing import usual_fields
from odoosync.sync.datasets import DATASETS, Dataset
from odoosync.sync.engine.planning import Prospect
from odoosync.sync.patience import patiently

Described = Mapping[str, Mapping[str, Any]]


def describe(prospect: Prospect, kept: Sequence[str], before: Described) -> dict[str, Any]:
    """Describe the wanted fields and those that are `kept`; what is not kept is `absent`."""
    there = {**prospect.fields, **prospect.left_out}
    found: dict[str, Any] = {}
    for name in dict.fromkeys([*prospect.wanted, *kept]):
        known: dict[str, Any] = {"type": "char", "relation": None, "string": name}
        if field := there.get(name):
            known = {"type": field.type, "relation": field.relation, "string": field.string}
        elif name in before:
            known = {key: before[name].get(key) for key in known}
        found[name] = known if name in kept else known | {"absent": True}
    return found


async def drift(database: Database, prospect: Prospect, before: Described) -> list[str]:
    """Name the wanted fields that are gone since the last run, or are of another type now.

    One that is wanted newly is gone, too, unless the dataset itself names it. What is wanted of all
    datasets is gone only where none of them has it.
    """
    gone = [name for name in prospect.wanted if _is_gone(prospect, name, before)]
    elsewhere = await _elsewhere(database, prospect, gone)
    changed = [name for name, was in before.items() if _has_other_type(prospect, name, was)]
    return [name for name in gone if name not in elsewhere] + changed


def _is_gone(prospect: Prospect, name: str, before: Described) -> bool:
    if name in prospect.fields or name in prospect.left_out:
        return False
    if name in before:
        return not before[name].get("absent")
    return name not in prospect.dataset.fields


def _has_other_type(prospect: Prospect, name: str, was: Mapping[str, Any]) -> bool:
    field = prospect.fields.get(name)
    return field is not None and not was.get("absent") and field.type != was.get("type")


async def _elsewhere(database: Database, prospect: Prospect, gone: Sequence[str]) -> set[str]:
    """Return those of them that are wanted of all datasets, and that another dataset has."""
    dataset, connection = prospect.dataset, prospect.connection
    here = {*usual_fields(connection, dataset), *connection.extra_fields.get(dataset.name, ())}
    anywhere = set(connection.extra_fields.get(ALL_DATASETS, ())).intersection(gone) - here
    found: set[str] = set()
    for other in DATASETS.values():
        if other is not dataset and anywhere - found:
            found |= await _fields_among(database, prospect, other, anywhere - found)
    return found


async def _fields_among(
    database: Database, prospect: Prospect, dataset: Dataset, names: set[str]
) -> set[str]:
    """Look among the fields kept at the last run of another dataset, else ask for them."""
    connection = prospect.connection
    async with database.tenant(connection.tenant_id, write=False) as tx:
        known = await cursors.kept_fields(tx, connection.id, dataset.name)
    found = names.intersection(known)
    if found == names:
        return found
    call, asked = prospect.client.call, sorted(names)
    try:
        told = await patiently(
            lambda: call(dataset.model, "fields_get", allfields=asked, attributes=["type"])
        )
    except (FixRights, FixRequest):
        return found
    return found.union(names.intersection(told)) if isinstance(told, dict) else found
