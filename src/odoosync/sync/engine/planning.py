"""What a run is to do: its plan, made once, taken up again, or taken over from one that failed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from odoosync.connections.connection import ALL_DATASETS, Connection
from odoosync.db import Database
from odoosync.odoo.client import OdooClient
from odoosync.odoo.errors import FixRequest, FixRights
from odoosync.odoo.fields import Field
from odoosync.sync import cursors, pace
from odoosync.sync.choosing import usual_fields, wanted_fields
from odoosync.sync.datasets import DATASETS, Dataset
from odoosync.sync.patience import patiently
from odoosync.sync.plan import Plan, shape_of, start, take_over
from odoosync.sync.window import Cursor, decide, frozen_now


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is known before the first row is asked for. `fields` are those that exist there."""

    dataset: Dataset
    connection: Connection
    client: OdooClient
    fields: Mapping[str, Field]

    @property
    def wanted(self) -> list[str]:
        return wanted_fields(self.connection, self.dataset)

    @property
    def lang(self) -> str | None:
        return self.connection.preferences.language or self.client.facts.lang

    @property
    def context(self) -> dict[str, Any]:
        """Say what every answer is to be in: archived rows too, one language, these companies."""
        context: dict[str, Any] = {"active_test": False}
        if self.lang:
            context["lang"] = self.lang
        if self.connection.preferences.company_ids:
            context["allowed_company_ids"] = list(self.connection.preferences.company_ids)
        return context

    @property
    def page_limit(self) -> int:
        """The most rows to ask for at once."""
        return self.connection.preferences.page_size or pace.LARGEST

    @property
    def lookback(self) -> timedelta | None:
        """How far a window reaches back, where it is not as usual."""
        wanted = self.connection.preferences.lookback
        return timedelta(seconds=wanted) if wanted else None

    @property
    def names(self) -> tuple[str, ...]:
        """The fields to read: wanted, and there."""
        return tuple(name for name in self.wanted if name in self.fields)

    @property
    def changed_by(self) -> tuple[str, ...]:
        return tuple(
            path for path in self.dataset.also_changed_by if path.split(".")[0] in self.fields
        )

    def shape(self, names: tuple[str, ...]) -> str | None:
        """Fingerprint these fields as they are now; None when one of them is gone."""
        if any(name not in self.fields for name in names):
            return None
        return shape_of(
            {name: self.fields[name].type for name in names},
            login=self.connection.odoo_username,
            lang=self.lang,
            company_ids=self.connection.preferences.company_ids,
        )

    def has_shape_of(self, cursor: Cursor) -> bool:
        """Tell whether the last complete sync read these fields in this way."""
        return cursor.shape == self.shape(self.names)

    def can_go_on(self, plan: Plan) -> bool:
        """Tell whether a plan still means what it meant. New fields do not matter: they wait."""
        return self.shape(plan.fields) == plan.shape


def plan_of(
    prospect: Prospect, cursor: Cursor, left: Plan | None, *, force_full: bool, now: datetime
) -> Plan:
    """Make the plan of a run that starts now; `left` is what an earlier one did not finish.

    T0 comes from an answer that was sent before the first row is asked for.
    """
    names = prospect.names
    shape = prospect.shape(names) or ""
    t0 = frozen_now(prospect.client.server_now, now)
    if left is not None and left.shape == shape and not force_full:
        return take_over(left, t0=t0, seen_at=now, lookback=prospect.lookback)
    window = decide(
        cursor,
        t0=t0,
        our_now=now,
        shape=shape,
        force_full=force_full,
        has_write_date="write_date" in prospect.fields,
        lookback=prospect.lookback,
    )
    return start(window, seen_at=now, shape=shape, fields=names)


async def drift(
    database: Database, prospect: Prospect, left_out: Collection[str] = ()
) -> list[str]:
    """Name the wanted fields that this Odoo does not have; those `left_out` are there.

    What is wanted of all datasets is missing only where none of them has it.
    """
    dataset, connection = prospect.dataset, prospect.connection
    there = {*prospect.fields, *left_out}
    absent = [name for name in prospect.wanted if name not in there]
    here = {*usual_fields(connection, dataset), *connection.extra_fields.get(dataset.name, ())}
    anywhere = set(connection.extra_fields.get(ALL_DATASETS, ())).intersection(absent) - here
    elsewhere: set[str] = set()
    for other in DATASETS.values():
        if other is not dataset and anywhere - elsewhere:
            elsewhere |= await _fields_among(database, prospect, other, anywhere - elsewhere)
    return [name for name in absent if name not in elsewhere]


async def _fields_among(
    database: Database, prospect: Prospect, dataset: Dataset, names: set[str]
) -> set[str]:
    """Look among the fields seen at the last run of another dataset, else ask for them."""
    connection = prospect.connection
    async with database.tenant(connection.tenant_id, write=False) as tx:
        known = await cursors.field_types(tx, connection.id, dataset.name)
    found = names.intersection(known)
    if found == names:
        return found
    call, asked = prospect.client.call, sorted(names)
    try:
        told = await patiently(
            lambda: call(dataset.model, "fields_get", allfields=asked, attributes=["type"])
        )
    except (FixRights, FixRequest):
        return found
    return found.union(names.intersection(told)) if isinstance(told, dict) else found
