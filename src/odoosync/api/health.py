"""Whether the process is alive, and whether it should get requests."""

from __future__ import annotations

import asyncio
import math
import time
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from odoosync.accounts.known_keys import missing_keys, without
from odoosync.api.errors import NotReady
from odoosync.api.openapi import problems
from odoosync.api.routing import new_router
from odoosync.api.services import Services
from odoosync.db import APP_ROLE, SYSTEM_ROLE, Database, is_tenant_table, metadata

_PATIENCE: Final = 5.0
_SEEN_FOR: Final = 1.0
_NOT_PERMITTED: Final = "42501"
_AWAY: Final = "The database does not answer, or has no schema yet."
_GRANT: Final = (
    f"An administrator of PostgreSQL can allow it: GRANT {APP_ROLE}, {SYSTEM_ROLE} TO the login."
)


class Health(BaseModel):
    status: Literal["ok"] = "ok"


async def reasons_not_ready(database: Database, revision: str) -> list[str]:
    """Return what keeps the service from working; none of it holds a secret."""
    try:
        async with asyncio.timeout(_PATIENCE):
            found = await _schema_reasons(database, revision)
            if not found and database.dialect == "postgresql":
                found = await _role_reasons(database)
            return found
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) == _NOT_PERMITTED:
            return [f"The database's login may not act as {APP_ROLE} and {SYSTEM_ROLE}. {_GRANT}"]
        return [_AWAY]
    except (SQLAlchemyError, OSError, TimeoutError):
        return [_AWAY]


async def _schema_reasons(database: Database, revision: str) -> list[str]:
    async with database.system(write=False) as tx:
        if database.dialect == "postgresql":
            await tx.execute(text("SET LOCAL ROLE NONE"))  # the two roles do not see this table
        current = await tx.scalar(text("SELECT version_num FROM alembic_version"))
    if current == revision:
        return []
    return [f"The schema is at {current}, not at {revision}. Run `odoosync db upgrade`."]


async def _role_reasons(database: Database) -> list[str]:
    async with database.tenant(0, write=False) as tx:
        if await tx.scalar(text("SELECT current_user")) != APP_ROLE:
            return [f"The service does not act as {APP_ROLE}."]
        found = [
            f"The role {row.rolname} {wrong}."
            for row in await tx.all(_ROLES)
            for wrong, is_so in (
                ("can go round row-level security", row.mighty),
                ("owns tables", row.owns),
                (f"is a member of {row.above}, which widens what it sees", row.above),
            )
            if is_so
        ]
        if not await tx.scalar(_INHERITS):
            found.append(f"The database's login does not inherit from {SYSTEM_ROLE}. {_GRANT}")
        names = {row.relname for row in await tx.all(_FORCED)}
    wanted = {table.name for table in metadata.tables.values() if is_tenant_table(table)}
    if bare := sorted(wanted - names):
        found.append(f"Row-level security is not forced on {', '.join(bare)}.")
    return found


_ROLES: Final = text(
    "SELECT rolname, rolsuper OR rolbypassrls AS mighty, "
    "EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) AS owns, "
    "(SELECT string_agg(a.rolname, ', ') FROM pg_auth_members m JOIN pg_roles a ON a.oid = m.roleid"
    " WHERE m.member = r.oid) AS above "
    "FROM pg_roles r WHERE rolname IN (:app, :system)"
).bindparams(app=APP_ROLE, system=SYSTEM_ROLE)
_INHERITS: Final = text("SELECT pg_has_role(session_user, :system, 'USAGE')").bindparams(
    system=SYSTEM_ROLE
)
_FORCED: Final = text(
    "SELECT relname FROM pg_class JOIN pg_namespace s ON s.oid = relnamespace "
    "WHERE s.nspname = current_schema() AND relrowsecurity AND relforcerowsecurity"
)


router: APIRouter = new_router(tags=["health"], ignores_unknown=True)


class Readiness:
    """Looks at most once a second, however many ask: they are shown what was seen."""

    def __init__(self, services: Services, revision: str) -> None:
        self._services = services
        self._revision = revision
        self._looking = asyncio.Lock()
        self._seen_at = -math.inf
        self._reasons: list[str] = []

    async def reasons_not_ready(self) -> list[str]:
        async with self._looking:
            if time.monotonic() - self._seen_at >= _SEEN_FOR:
                self._reasons = await self._look()
                self._seen_at = time.monotonic()
        return self._reasons

    async def _look(self) -> list[str]:
        services = self._services
        found = await reasons_not_ready(services.entrance, self._revision)
        if not found and (missing := await missing_keys(services.entrance, services.key_ring)):
            found = [without(missing, services.keys_place)]
        return found


def _get_readiness(request: Request) -> Readiness:
    readiness: Readiness = request.app.state.readiness
    return readiness


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Health:
    return Health()


@router.get("/readyz", summary="Should it get requests?", responses=problems(503))
async def readyz(readiness: Annotated[Readiness, Depends(_get_readiness)]) -> Health:
    if found := await readiness.reasons_not_ready():
        raise NotReady(" ".join(found))
    return Health()
