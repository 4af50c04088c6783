"""Names of fields that people want kept: each is one of Odoo's, and none is one of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from odoosync.connections.connection import ALL_DATASETS
from odoosync.errors import InvalidInput
from odoosync.odoo.client import OdooClient
from odoosync.odoo.errors import FixRights
from odoosync.spelling import no_such
from odoosync.sync.datasets import DATASETS

OURS: Final[Mapping[str, str]] = {
    "odoo_id": "its id in Odoo",
    "synced_at": "when it was synced",
    "deleted_at": "since when it is gone from Odoo",
    "unreachable_at": "since when the login cannot see it",
}
"""What each record has by these names; a field of Odoo's that is called so is never kept."""


class UnknownField(InvalidInput):
    code = "unknown_field"


class ReservedField(InvalidInput):
    code = "reserved_field"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"A field called {name!r} cannot be kept: of each record, {name} says {OURS[name]}. "
            "Make a related field of another name in Odoo, and keep that one."
        )


def refuse_ours(names: Iterable[str]) -> None:
    """Raise ReservedField for a name that each record has already."""
    for name in names:
        if name in OURS:
            raise ReservedField(name)


async def check_fields(client: OdooClient, wanted: Mapping[str, Sequence[str]]) -> None:
    """Raise ReservedField, or UnknownField for what this Odoo does not have.

    `wanted` are names by dataset; those of `*` must be in one of them. Fields that a dataset has
    of itself may be missing: versions of Odoo differ.
    """
    for names in wanted.values():
        refuse_ours(names)
    datasets = list(DATASETS) if ALL_DATASETS in wanted else [*wanted]
    known = {dataset: await _known(client, dataset) for dataset in datasets}
    for dataset, names in wanted.items():
        there = known.get(dataset) or set[str]().union(*known.values())
        where = f" in {DATASETS[dataset].plural}" if dataset in DATASETS else ""
        for name in names:
            if name not in there:
                raise UnknownField(
                    no_such("field", name, sorted(there), where=f"{where} of this Odoo")
                )


async def _known(client: OdooClient, dataset: str) -> set[str]:
    """Return the names of a dataset's fields, its own included."""
    declared = DATASETS[dataset]
    try:
        return {*declared.fields, *await client.fields_get(declared.model)}
    except FixRights:
        return set(declared.fields)
