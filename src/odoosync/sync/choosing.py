"""Which datasets one connection syncs: all, unless its owner chose some. Pure."""

from __future__ import annotations

from odoosync.connections.connection import Connection
from odoosync.errors import Conflict
from odoosync.sync.datasets import Dataset


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
