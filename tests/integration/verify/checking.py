"""Short ways to verify a copy, and to damage it behind everybody's back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Row, event

from integration.sync.copying import Copy
from odoosync.jobs.task import Lease
from odoosync.store.tables import labels, records
from odoosync.sync.verify.asking import VerifyRequest, ask_to_verify

PARTNER, TAG, TEMPLATE = "res.partner", "res.partner.category", "product.template"
TRUE = {"missing": 0, "stale": 0, "phantom": 0, "pending": 0, "volatile": 0, "names": 0}


async def ask(copy: Copy, dataset: str = "contacts", *, repair: bool = False) -> list[str]:
    """Ask for a verification, and for those of the dataset's companions; returns their runs."""
    request = VerifyRequest(copy.tenant_id, None, (dataset,), copy.connection_id, repair=repair)
    return await ask_to_verify(copy.database, request, copy.clock())


async def verify(copy: Copy, dataset: str, *, repair: bool = False) -> Row[Any]:
    """Verify once, from asking to the end; returns the dataset's own history row."""
    run_ids = await ask(copy, dataset, repair=repair)
    for _ in run_ids:
        await copy.attempt(await copy.claim(), Lease())
    return await copy.run(run_ids[0])


async def contacts(copy: Copy, *, repair: bool = False) -> Row[Any]:
    return await verify(copy, "contacts", repair=repair)


def found(run: Row[Any]) -> dict[str, int]:
    """What is not simply true, of each kind."""
    assert run.status == "succeeded", run.error
    return {kind: run.detail[kind] for kind in TRUE}


async def damage(copy: Copy, odoo_id: int, dataset: str = "contacts", **columns: Any) -> None:
    async with copy.database.tenant(copy.tenant_id) as tx:
        await tx.execute(
            tx.update(records)
            .where(records.c.dataset == dataset, records.c.odoo_id == odoo_id)
            .values(**columns)
        )


async def damage_field(copy: Copy, odoo_id: int, field: str, value: Any) -> None:
    data = await copy.data(odoo_id)
    await damage(copy, odoo_id, data={**data, field: value})


async def lose(copy: Copy, odoo_id: int) -> None:
    async with copy.database.tenant(copy.tenant_id) as tx:
        await tx.execute(tx.delete(records).where(records.c.odoo_id == odoo_id))


async def invent(copy: Copy, odoo_id: int, like: int) -> None:
    """Put a row into the copy that Odoo never had."""
    row = (await copy.rows())[like]._mapping
    async with copy.database.tenant(copy.tenant_id) as tx:
        await tx.insert(records, {**row, "odoo_id": odoo_id})


async def forget_labels(copy: Copy, model: str) -> None:
    async with copy.database.tenant(copy.tenant_id) as tx:
        await tx.execute(tx.delete(labels).where(labels.c.model == model))


@contextmanager
def labels_stored(copy: Copy) -> Iterator[list[str]]:
    """Note the models whose names are stored meanwhile, in order."""
    models: list[str] = []

    def note(_connection: Any, statement: Any, _many: Any, values: Any, _options: Any) -> None:
        if "INSERT INTO labels" in getattr(statement, "text", ""):
            models.append(values["model"])

    engine = copy.database.engine.sync_engine
    event.listen(engine, "before_execute", note)
    yield models
    event.remove(engine, "before_execute", note)


async def rename_label(copy: Copy, model: str, name: str) -> None:
    async with copy.database.tenant(copy.tenant_id) as tx:
        await tx.execute(tx.update(labels).where(labels.c.model == model).values(name=name))
