"""The database is the queue: the tables of the engine that started attempts go.

On SQLite they were in a file of their own, `jobs.sqlite3` in the data folder; it may be deleted.
"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_DROP = """
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_namespace
        WHERE nspname = 'dbos' AND pg_get_userbyid(nspowner) = current_user
    ) THEN
        IF NOT EXISTS (SELECT FROM dbos.workflow_status WHERE name <> 'attempt') THEN
            DROP SCHEMA dbos CASCADE;
        END IF;
    END IF;
EXCEPTION WHEN undefined_table OR undefined_column THEN
    NULL;
END
$$
"""
"""The schema may be another application's, which keeps workflows of other names there."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_DROP)
