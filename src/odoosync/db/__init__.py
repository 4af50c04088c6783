"""The database: one file of SQLite, or PostgreSQL; and the one door to it, which needs a tenant.

Rooms above declare their tables with `tenant_table` or `system_table`, and run their statements
through `Database.tenant(…)`; the few that must look across tenants use `Database.system()`. This
room knows nothing of what the tables mean.
"""

from odoosync.db.disk import DiskFull
from odoosync.db.door import DoorError, Tx
from odoosync.db.engine import Database, open_database
from odoosync.db.schema import (
    APP_ROLE,
    SYSTEM_ROLE,
    BigId,
    JsonDocument,
    UtcDateTime,
    append_only_table,
    epoch_now,
    goes_with_its_tenant,
    is_tenant_table,
    metadata,
    sealed_column,
    sealed_columns,
    system_table,
    tenant_table,
)
from odoosync.db.sharing import QueryTooSlow, Share, TooManyAtOnce
from odoosync.db.turns import in_parts, takes_turn

__all__ = [
    "APP_ROLE",
    "SYSTEM_ROLE",
    "BigId",
    "Database",
    "DiskFull",
    "DoorError",
    "JsonDocument",
    "QueryTooSlow",
    "Share",
    "TooManyAtOnce",
    "Tx",
    "UtcDateTime",
    "append_only_table",
    "epoch_now",
    "goes_with_its_tenant",
    "in_parts",
    "is_tenant_table",
    "metadata",
    "open_database",
    "sealed_column",
    "sealed_columns",
    "system_table",
    "takes_turn",
    "tenant_table",
]
