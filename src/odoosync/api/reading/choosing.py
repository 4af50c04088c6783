"""What a list of records shows, and in which order: `fields` and `order` of a request."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from odoosync.api.reading.errors import BadFields, BadOrder
from odoosync.spelling import no_such
from odoosync.store.filtering import ALWAYS_KNOWN
from odoosync.store.ordering import BY_ID, Order
from odoosync.sync.datasets import Dataset

ALWAYS_SHOWN: Final = ("id", "odoo_id")
MOST_FIELDS: Final = 200
_BY_NAME: Final = {
    "id": "odoo_id",
    "odoo_id": "odoo_id",
    "write_date": "odoo_write_date",
    "synced_at": "synced_at",
    "active": "active",
}
_IF_THERE: Final = ("name", "email", "barcode")


def orders_of(dataset: Dataset, known: Collection[str]) -> dict[str, str]:
    """Return the columns that records are sorted by, under the names of their fields."""
    promoted = {name: name for name in _IF_THERE if name in known}
    if dataset.reference is not None and dataset.reference in known:
        promoted[dataset.reference] = "reference"
    return _BY_NAME | promoted


def read_order(order: str | None, dataset: Dataset, known: Collection[str]) -> Order:
    """Read `name` or, for the largest first, `-name`. Raises BadOrder."""
    if not order:
        return BY_ID
    name = order.removeprefix("-")
    columns = orders_of(dataset, known)
    if name not in columns:
        raise BadOrder(
            no_such("field to sort by", name, columns, ones="ones")
            + " Put a `-` before one for the largest first."
        )
    return Order(columns[name], descending=order.startswith("-"))


def read_fields(fields: str | None, known: Collection[str]) -> tuple[str, ...] | None:
    """Read names with commas between them; None for all fields. Raises BadFields."""
    if fields is None:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in fields.split(",")))
    if len(names) > MOST_FIELDS:
        raise BadFields(f"`fields` takes at most {MOST_FIELDS} names.")
    for name in names:
        if name not in known and name not in ALWAYS_KNOWN:
            raise BadFields(no_such("field", name, sorted({*known, *ALWAYS_KNOWN}), ones="fields"))
    return (*ALWAYS_SHOWN, *(name for name in names if name not in ALWAYS_SHOWN))


def chosen(item: Mapping[str, Any], fields: tuple[str, ...] | None) -> Mapping[str, Any]:
    """Return what is asked for of a record; what it lacks is null."""
    return item if fields is None else {name: item.get(name) for name in fields}
