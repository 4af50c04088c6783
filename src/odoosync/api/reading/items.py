"""Stored rows as items: many2one ids become `{id, name}`, with the names of one page at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from odoosync.clock import iso
from odoosync.db import Tx
from odoosync.event_loop import paced
from odoosync.store import labels
from odoosync.store.reading import StoredRecord
from odoosync.sync.datasets import DATASET_OF_MODEL

FieldTypes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Item:
    """A record as the surfaces show it; `fields` are Odoo's, by Odoo's names."""

    connection_id: int
    odoo_id: int
    fields: dict[str, Any]
    active: bool
    write_date: str | None
    synced_at: str | None
    deleted_at: str | None
    unreachable_at: str | None

    @property
    def id(self) -> str:
        return f"{self.connection_id}-{self.odoo_id}"

    def flat(self) -> dict[str, Any]:
        """Return one object with everything; `unreachable_at` only where there is one.

        Should a custom field be called like one of ours, ours is shown.
        """
        item = {
            "id": self.id,
            "odoo_id": self.odoo_id,
            **self.fields,
            "active": self.active,
            "write_date": self.write_date,
            "synced_at": self.synced_at,
            "deleted_at": self.deleted_at,
        }
        if self.unreachable_at is not None:
            item["unreachable_at"] = self.unreachable_at
        item["odoo_id"] = self.odoo_id
        return item


async def to_items(
    tx: Tx, connection_id: int, records: Sequence[StoredRecord], fields: FieldTypes
) -> list[Item]:
    """Decode records and name what they point to; fields that a record lacks are null."""
    relations = {
        name: str(field["relation"])
        for name, field in fields.items()
        if field.get("type") == "many2one" and field.get("relation")
    }
    decoded: list[dict[str, Any]] = []
    wanted: dict[str, set[int]] = defaultdict(set)
    async for record in paced(records):
        decoded.append(data := orjson.loads(record.data))
        for name, model in relations.items():
            if isinstance(target := data.get(name), int):
                wanted[model].add(target)
    names = await labels.resolve(tx, connection_id, wanted, DATASET_OF_MODEL)
    items: list[Item] = []
    async for record, data in paced(zip(records, decoded, strict=True)):
        _refer(data, relations, names)
        data.update(dict.fromkeys(fields.keys() - data.keys()))
        items.append(_item(connection_id, record, data))
    return items


def _refer(data: dict[str, Any], relations: Mapping[str, str], names: labels.Names) -> None:
    for name, model in relations.items():
        if isinstance(target := data.get(name), int):
            data[name] = {"id": target, "name": names.get((model, target))}


def _item(connection_id: int, record: StoredRecord, data: dict[str, Any]) -> Item:
    data.pop("id", None)
    return Item(
        connection_id=connection_id,
        odoo_id=record.odoo_id,
        fields=data,
        active=record.active,
        write_date=record.write_date,
        synced_at=iso(record.synced_at),
        deleted_at=iso(record.deleted_at),
        unreachable_at=iso(record.unreachable_at),
    )
