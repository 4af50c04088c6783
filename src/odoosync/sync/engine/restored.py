"""Noticing that the database behind a connection went back in time."""

from __future__ import annotations

from odoosync.errors import Conflict
from odoosync.store import newest
from odoosync.sync.engine.work import Work
from odoosync.sync.patience import patiently


class DatabaseRestored(Conflict):
    """Rows are older there than here: ids may mean other records now."""

    code = "odoo_database_restored"

    def __init__(self) -> None:
        super().__init__(
            "This Odoo database was restored to an earlier state: its newest rows are older than "
            "the copy's. If that was meant, start a full sync to take the copy back, too."
        )


async def check(work: Work) -> None:
    """Compare the rows that are newest here with what Odoo says now. Raises DatabaseRestored."""
    async with work.database.tenant(work.claim.tenant_id, write=False) as tx:
        kept = dict(await newest.newest(tx, work.connection_id, work.dataset.name))
    if not kept or "write_date" not in work.fields:
        return
    domain = [["id", "in", sorted(kept)]]
    page = await patiently(
        lambda: work.client.search_read(
            work.dataset.model, domain, ["write_date"], limit=len(kept), context=work.context
        )
    )
    for odoo_id, data in work.decode(page, ("write_date",)).items():
        there, here = data.get("write_date"), kept[odoo_id]
        if there is not None and here is not None and there < here:
            raise DatabaseRestored
