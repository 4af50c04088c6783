"""What a run is to do: its plan, made once, taken up again, or taken over from one that failed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from odoosync.connections.connection import Connection
from odoosync.odoo.client import OdooClient
from odoosync.odoo.fields import Field
from odoosync.sync import pace
from odoosync.sync.choosing import wanted_fields
from odoosync.sync.datasets import Dataset
from odoosync.sync.plan import Plan, shape_of, start, take_over
from odoosync.sync.window import Cursor, decide, frozen_now


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is known before the first row is asked for.

    `fields` are those that exist there, but for those `left_out`, on which Odoo fails.
    """

    dataset: Dataset
    connection: Connection
    client: OdooClient
    fields: Mapping[str, Field]
    left_out: Mapping[str, Field] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        connection: Connection,
        client: OdooClient,
        there: Mapping[str, Field],
        *,
        without: Collection[str],
    ) -> Self:
        left_out = {name: there[name] for name in without if name in there}
        fields = {name: there[name] for name in there if name not in left_out}
        return cls(dataset, connection, client, fields, left_out)

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
    prospect: Prospect,
    cursor: Cursor,
    left: Plan | None,
    *,
    lag_s: float,
    force_full: bool,
    now: datetime,
) -> Plan:
    """Make the plan of a run that starts now; `left` is what an earlier one did not finish.

    T0 comes from an answer that was sent before the first row is asked for.
    """
    names = prospect.names
    shape = prospect.shape(names) or ""
    server_now = prospect.client.server_now
    t0 = frozen_now(server_now, now)
    skew_s = (server_now - now).total_seconds() if server_now else None
    if left is not None and left.shape == shape and not force_full:
        left = replace(left, lag_s=max(left.lag_s, lag_s))
        plan = take_over(left, t0=t0, seen_at=now, lookback=prospect.lookback)
        return replace(plan, skew_s=skew_s)
    window = decide(
        replace(cursor, lag_s=lag_s),
        t0=t0,
        our_now=now,
        shape=shape,
        force_full=force_full,
        has_write_date="write_date" in prospect.fields,
        lookback=prospect.lookback,
    )
    plan = start(window, seen_at=now, shape=shape, fields=names)
    return replace(plan, skew_s=skew_s, lag_s=lag_s)
