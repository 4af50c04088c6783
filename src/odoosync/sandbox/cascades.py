"""What foreign keys do when rows go: cascade, set null, or refuse; no hooks, no new stamps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from odoosync.sandbox.constraints import still_in_use

if TYPE_CHECKING:
    from odoosync.sandbox.fields import Field
    from odoosync.sandbox.transaction import Transaction


def delete_rows(tx: Transaction, model: str, ids: Iterable[int]) -> None:
    """Delete as SQL's DELETE does, with all that hangs on the rows."""
    gone = [row_id for row_id in dict.fromkeys(ids) if tx.get(model, row_id) is not None]
    if not gone:
        return
    for name, table in tx.world.tables.items():
        for field in table.model.fields.values():
            if field.relation == model and field.has_column:
                _let_go(tx, name, field, gone)
    tx.delete(model, gone)


def _let_go(tx: Transaction, model: str, field: Field, gone: Sequence[int]) -> None:
    index, among = tx.index(model, field.name), set(gone) if model == field.relation else set()
    for target in gone:
        holders = [one for one in index.get(target, ()) if one not in among]
        if not holders:
            continue
        if field.type == "many2many":
            for holder in holders:
                tx.link(model, holder, field.name, {target: False})
        elif field.on_delete == "cascade":
            delete_rows(tx, model, holders)
        elif field.on_delete == "restrict":
            raise still_in_use(tx.world.release, tx.table(model).model, field)
        else:
            tx.sql_update(model, holders, **{field.name: False})
