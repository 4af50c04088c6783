"""What a connection is, as a value; its secret is not part of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from odoosync.connections.preferences import Preferences

ALL_DATASETS = "*"
"""The key of `extra_fields` whose fields are meant for every dataset that has them."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One Odoo (URL and database, which never change) as one login sees it.

    A deleted one is kept, without its secret, until `removed_from`. `rate_limited_since` is when
    its server first answered 429.
    """

    id: int
    tenant_id: int
    name: str
    odoo_url: str
    odoo_database: str
    odoo_username: str
    server: dict[str, Any] | None
    extra_fields: dict[str, list[str]]
    preferences: Preferences
    is_active: bool
    secret_version: int
    created_at: datetime
    tested_at: datetime | None
    paused_at: datetime | None
    rate_limited_since: datetime | None
    deleted_at: datetime | None
    removed_from: datetime | None

    def can_be_restored(self, now: datetime) -> bool:
        """Tell whether it is not deleted, or not for longer than its grace period."""
        return self.removed_from is None or now < self.removed_from

    def wanted_extra(self, dataset: str) -> list[str]:
        """Return the field names that the user asked for beyond the dataset's own."""
        both = [*self.extra_fields.get(ALL_DATASETS, []), *self.extra_fields.get(dataset, [])]
        return list(dict.fromkeys(both))


def from_row(row: Row[Any]) -> Connection:
    values = {name: getattr(row, name) for name in Connection.__slots__}
    return Connection(**values | {"preferences": Preferences.from_json(row.preferences)})
