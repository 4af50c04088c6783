"""From decoded Odoo values to a row of the copy. Pure; time and places are the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from odoosync.store.rows import Row
from odoosync.sync.datasets import Dataset


def to_row(dataset: Dataset, odoo_id: int, data: dict[str, Any]) -> Row:
    """Promote what lists search, sort and filter by; everything stays in `data` as well."""
    return Row(
        odoo_id=odoo_id,
        data=data,
        name=_text(data, "name"),
        email=_text(data, "email"),
        reference=_text(data, dataset.reference),
        barcode=_text(data, "barcode"),
        active=data.get("active") is not False,
        write_date=_text(data, "write_date"),
        search=search_text(data, dataset.search),
    )


def _text(data: dict[str, Any], name: str | None) -> str | None:
    """Take text only: a field that a module made into something else is not promoted."""
    value = data.get(name) if name else None
    return value if isinstance(value, str) else None


def search_text(data: dict[str, Any], fields: Sequence[str]) -> str:
    """Join the values that a person types into a search box, in lower case, each once."""
    found = dict.fromkeys(value for name in fields if isinstance(value := data.get(name), str))
    return "\n".join(found).casefold()
