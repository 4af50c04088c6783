"""Names of the records that many2one values point to, kept apart from the rows that point.

Where the target's model is copied itself, its own record is the better source and wins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Select, literal, text, union_all
from sqlalchemy.types import Text

from odoosync.db import Tx
from odoosync.event_loop import paced
from odoosync.store.dialects import in_chunks, json_text, one_of, stamp
from odoosync.store.rows import clean
from odoosync.store.tables import labels, records

DISPLAY_NAME: Final = "display_name"
Names = dict[tuple[str, int], str]
_SOURCES: Final = 8
"""Models that one query looks for: what is built for each takes about half a millisecond."""

_PUT: Final = """
    INSERT INTO labels (tenant_id, connection_id, model, odoo_id, name, refreshed_at)
    SELECT :tenant_id, :connection_id, :model, {id}, {name}, :now FROM {pairs} WHERE true
    ON CONFLICT (tenant_id, connection_id, model, odoo_id)
    DO UPDATE SET name = excluded.name, refreshed_at = excluded.refreshed_at
"""
_PUT_SQLITE: Final = text(
    _PUT.format(
        id="json_extract(value, '$[0]')",
        name="json_extract(value, '$[1]')",
        pairs="json_each(:pairs)",
    )
)
_PUT_POSTGRESQL: Final = text(
    _PUT.format(
        id="(value ->> 0)::bigint",
        name="value ->> 1",
        pairs="jsonb_array_elements(CAST(:pairs AS jsonb)) AS pair (value)",
    )
)


async def missing(
    tx: Tx, connection_id: int, model: str, ids: Iterable[int], dataset: str | None
) -> set[int]:
    """Return the ids that have no name yet, neither a label nor, in `dataset`, a record."""
    wanted = set(ids)
    for part in in_chunks(sorted(wanted)):
        sources = [_labelled(tx, connection_id, model, part)]
        if dataset is not None:
            sources.append(_recorded(tx, connection_id, dataset, model, part))
        for source in sources:
            wanted -= {row.odoo_id for row in await tx.all(source)}
    return wanted


async def put(
    tx: Tx, connection_id: int, model: str, names: Mapping[int, str], now: datetime
) -> None:
    """Store names, replacing those that were there.

    In the order of their ids: two syncs that name the same targets would wait for each other.
    """
    statement = _PUT_POSTGRESQL if tx.dialect == "postgresql" else _PUT_SQLITE
    for part in in_chunks(sorted(names)):
        pairs = orjson.dumps([(odoo_id, clean(names[odoo_id])) for odoo_id in part]).decode()
        values = {
            "tenant_id": tx.tenant_id,
            "connection_id": connection_id,
            "model": model,
            "pairs": pairs,
            "now": stamp(tx.dialect, now),
        }
        await tx.execute(statement, values)


async def known_ids(tx: Tx, connection_id: int, model: str) -> list[int]:
    """Return the ids of a model that have a label, in order: those to refresh."""
    statement = tx.select(labels, labels.c.odoo_id).where(
        labels.c.connection_id == connection_id, labels.c.model == model
    )
    return [row.odoo_id for row in await tx.all(statement.order_by(labels.c.odoo_id))]


async def resolve(
    tx: Tx,
    connection_id: int,
    wanted: Mapping[str, Collection[int]],
    datasets: Mapping[str, str],
) -> Names:
    """Return the names of (model, id); `datasets` says what is copied.

    A usual page takes at most two queries.
    """
    asked = {model: sorted(set(ids)) for model, ids in wanted.items() if ids}
    by_label = [_labelled(tx, connection_id, model, ids) for model, ids in asked.items()]
    by_record = [
        _recorded(tx, connection_id, datasets[model], model, ids)
        for model, ids in asked.items()
        if model in datasets
    ]
    names: Names = {}
    for sources in (by_label, by_record):
        for start in range(0, len(sources), _SOURCES):
            rows = await tx.all(union_all(*sources[start : start + _SOURCES]))
            async for row in paced(rows):
                names[row.model, row.odoo_id] = row.name
    return names


def _labelled(tx: Tx, connection_id: int, model: str, ids: Collection[int]) -> Select[Any]:
    return tx.select(
        labels, literal(model, Text).label("model"), labels.c.odoo_id, labels.c.name
    ).where(
        labels.c.connection_id == connection_id,
        labels.c.model == model,
        one_of(tx.dialect, labels.c.odoo_id, list(ids)),
    )


def _recorded(
    tx: Tx, connection_id: int, dataset: str, model: str, ids: Collection[int]
) -> Select[Any]:
    name = json_text(tx.dialect, DISPLAY_NAME)
    return tx.select(
        records, literal(model, Text).label("model"), records.c.odoo_id, name.label("name")
    ).where(
        records.c.connection_id == connection_id,
        records.c.dataset == dataset,
        one_of(tx.dialect, records.c.odoo_id, list(ids)),
        name.is_not(None),
    )
