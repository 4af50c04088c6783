"""From decoded Odoo values to a row of the copy. Pure; time and places are the caller's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from odoosync.store.rows import Row
from odoosync.sync.datasets import Dataset


def to_row(dataset: Dataset, odoo_id: int, data: dict[str, Any]) -> Row:
    """Promote what lists search, sort and filter by; everything stays in `data` as well."""
    get = data.get
    return Row(
        odoo_id,
        data,
        _text(get("name")),
        _text(get("email")),
        _text(get(dataset.reference)) if dataset.reference else None,
        _text(get("barcode")),
        get("active") is not False,
        search_text(data, dataset.search),
        _text(get("write_date")),
    )


def _text(value: Any) -> str | None:
    """Take text only: a field that a module made into something else is not promoted."""
    return value if type(value) is str else None


def search_text(data: dict[str, Any], fields: Sequence[str]) -> str:
    """Join the values that a person types into a search box, in lower case, each once."""
    try:
        return _joined(map(data.get, fields))
    except TypeError:  # a module made one of these fields into something else
        return _joined(value for name in fields if type(value := data.get(name)) is str)


def _joined(values: Iterable[str | None]) -> str:
    found = dict.fromkeys(values)
    found.pop(None, None)
    return "\n".join(cast("dict[str, None]", found)).casefold()
