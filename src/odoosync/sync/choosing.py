"""Which datasets and fields one connection syncs: the usual ones, unless its owner chose. Pure."""

from __future__ import annotations

from typing import Final

from odoosync.connections.connection import Connection
from odoosync.errors import Conflict
from odoosync.sync.datasets import Dataset
from odoosync.sync.field_names import OURS

ALWAYS_KEPT: Final = ("display_name", "active", "write_date")
"""What windows, lists and the names of references need, however few fields are wanted."""


class NotChosen(Conflict):
    code = "dataset_not_chosen"

    def __init__(self, dataset: Dataset) -> None:
        super().__init__(
            f"This connection does not sync {dataset.plural}. Add {dataset.name} to the datasets "
            "in its preferences first."
        )


def chosen(connection: Connection, dataset: Dataset) -> tuple[str, ...]:
    """Return the names of the dataset and of its companions that are synced with it.

    Raises NotChosen.
    """
    names = (dataset.name, *dataset.companions)
    wanted = connection.preferences.datasets
    if wanted is None:
        return names
    if dataset.name not in wanted:
        raise NotChosen(dataset)
    return tuple(name for name in names if name in wanted)


def usual_fields(connection: Connection, dataset: Dataset) -> tuple[str, ...]:
    """Return the dataset's own fields, or those to which the connection narrows it down."""
    own = connection.preferences.fields.get(dataset.name)
    return dataset.fields if own is None else (*own, *ALWAYS_KEPT)


def wanted_fields(connection: Connection, dataset: Dataset) -> list[str]:
    """Return the fields to keep, as far as Odoo has them: the usual and the extra ones."""
    extra = connection.wanted_extra(dataset.name)
    names = dict.fromkeys([*usual_fields(connection, dataset), *extra])
    return [name for name in names if name not in OURS]
