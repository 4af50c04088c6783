"""Row-level security on PostgreSQL, in the words of migrations.

Two roles that cannot log in and own nothing: one sees the rows of the tenant that its transaction
names, the other is for the few functions that look across tenants. A reused session answers `''`
for a setting that is not set, hence `nullif`.
"""

from __future__ import annotations

from typing import Final

from alembic import op

from odoosync.db import APP_ROLE, SYSTEM_ROLE

_MEMBERS_NEED_GRANTS: Final = 16
_TENANT = "nullif(current_setting('odoosync.tenant', true), '')::bigint"


def create_roles() -> None:
    """Make both roles where they are missing, and let the migrating login act as them.

    Since PostgreSQL 16 whoever makes a role is a member of it who may neither act as it nor
    inherit from it. The grant gives both: acting is what the service does, and by inheriting the
    login's own pg_dump and later migrations see the rows that they must carry over.
    """
    version = int((op.get_bind().dialect.server_version_info or (0,))[0])
    wanted = ("SET", "USAGE") if version >= _MEMBERS_NEED_GRANTS else ("MEMBER",)
    for role in (APP_ROLE, SYSTEM_ROLE):
        op.execute(f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
                END IF;
                IF NOT ({" AND ".join(f"pg_has_role('{role}', '{kind}')" for kind in wanted)}) THEN
                    EXECUTE format('GRANT {role} TO %I', current_user);
                END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$
        """)
        op.execute(f"""
            DO $$ BEGIN
                EXECUTE format('GRANT USAGE ON SCHEMA %I TO {role}', current_schema());
            END $$
        """)


def protect_tenant_table(name: str) -> None:
    """Enable and force row-level security: the app role sees its tenant, the system role all."""
    own = f"tenant_id = {_TENANT}"
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {name} TO {APP_ROLE} USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY across ON {name} TO {SYSTEM_ROLE} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {APP_ROLE}, {SYSTEM_ROLE}")


def protect_append_only_table(name: str) -> None:
    """Protect a tenant table whose rows are only added; deleting is the system role's alone."""
    protect_tenant_table(name)
    op.execute(f"REVOKE UPDATE, DELETE ON {name} FROM {APP_ROLE}")
    op.execute(f"REVOKE UPDATE ON {name} FROM {SYSTEM_ROLE}")


def open_to_system(name: str) -> None:
    """Grant a table that belongs to no tenant to the cross-tenant functions alone."""
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {SYSTEM_ROLE}")


def grant_sequences() -> None:
    """Let both roles count up the identity columns."""
    op.execute(f"""
        DO $$ BEGIN
            EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO {APP_ROLE}, {SYSTEM_ROLE}',
                           current_schema());
        END $$
    """)
