"""All tables in one metadata: importing this is how migrations and tests see the whole schema."""

from __future__ import annotations

from odoosync.accounts import tables as accounts
from odoosync.connections import tables as connections
from odoosync.db import metadata
from odoosync.jobs import tables as jobs
from odoosync.notifications import tables as notifications
from odoosync.store import tables as store
from odoosync.sync import breaker_table as breakers
from odoosync.sync import schedule_tables as schedules
from odoosync.sync import tables as sync

__all__ = [
    "accounts",
    "breakers",
    "connections",
    "jobs",
    "metadata",
    "notifications",
    "schedules",
    "store",
    "sync",
]
