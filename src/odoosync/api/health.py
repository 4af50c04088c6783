"""Whether the process is alive, and whether it should get requests."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from odoosync.api.errors import NotReady
from odoosync.api.openapi import problems
from odoosync.api.routing import new_router
from odoosync.api.services import ServicesDep
from odoosync.db import APP_ROLE, SYSTEM_ROLE, Database, is_tenant_table, metadata

_PATIENCE: Final = 5.0


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
    except (SQLAlchemyError, OSError, TimeoutError):
        return ["The database does not answer, or has no schema yet."]


async def _schema_reasons(database: Database, revision: str) -> list[str]:
    async with database.system(write=False) as tx:
        if database.dialect == "postgresql":
            await tx.execute(text("SET LOCAL ROLE NONE"))  # the two roles do not see this table
        current = await tx.scalar(text("SELECT version_num FROM alembic_version"))
    if current == revision:
        return []
    return [f"The schema is at {current}, not at {revision}. Run `odoosync db upgrade`."]


async def _role_reasons(database: Database) -> list[str]:
    found: list[str] = []
    async with database.tenant(0, write=False) as tx:
        if await tx.scalar(text("SELECT current_user")) != APP_ROLE:
            found.append(f"The service does not act as {APP_ROLE}.")
        roles = text(
            "SELECT rolname, rolsuper OR rolbypassrls AS mighty, "
            "EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) AS owns "
            "FROM pg_roles r WHERE rolname IN (:app, :system)"
        ).bindparams(app=APP_ROLE, system=SYSTEM_ROLE)
        for role in await tx.all(roles):
            if role.mighty:
                found.append(f"The role {role.rolname} can go round row-level security.")
            if role.owns:
                found.append(f"The role {role.rolname} owns tables.")
        forced = text(
            "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
            "AND relrowsecurity AND relforcerowsecurity"
        )
        names = {row.relname for row in await tx.all(forced)}
    wanted = {table.name for table in metadata.tables.values() if is_tenant_table(table)}
    if bare := sorted(wanted - names):
        found.append(f"Row-level security is not forced on {', '.join(bare)}.")
    return found


router: APIRouter = new_router(tags=["health"])


def _get_revision(request: Request) -> str:
    revision: str = request.app.state.schema_revision
    return revision


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Health:
    return Health()


@router.get("/readyz", summary="Should it get requests?", responses=problems(503))
async def readyz(services: ServicesDep, revision: Annotated[str, Depends(_get_revision)]) -> Health:
    if found := await reasons_not_ready(services.database, revision):
        raise NotReady(" ".join(found))
    return Health()
