"""Bringing a database to this version's schema, once, whoever starts first.

Alembic runs inside one transaction that holds a lock: SQLite's write lock, or an advisory lock on
PostgreSQL. Whoever comes second waits, and finds nothing left to do.
"""

from odoosync.migrations.installed import installed_revision
from odoosync.migrations.upgrade import MigrationFailed, current_revision, head_revision, upgrade

__all__ = [
    "MigrationFailed",
    "current_revision",
    "head_revision",
    "installed_revision",
    "upgrade",
]
