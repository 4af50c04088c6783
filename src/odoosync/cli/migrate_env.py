"""`odoosync migrate-env`: from one global Odoo in environment variables to a user's own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer
from dotenv import dotenv_values

from odoosync.cli.connecting import Desk, desk_of
from odoosync.connections import store
from odoosync.connections.errors import NoActiveConnection, NoCredentials
from odoosync.crypto import MASK
from odoosync.errors import InvalidInput, NotFound
from odoosync.odoo.login import Login

_VARIABLES: Final = ("ODOO_URL", "ODOO_DB", "ODOO_USERNAME", "ODOO_PASSWORD")


def migrate_env(
    user: Annotated[str, typer.Option(help="The user who gets the credentials.")],
    env_file: Annotated[
        Path | None, typer.Option(help="Read this file instead of the environment.")
    ] = None,
) -> None:
    """Test the Odoo named by ODOO_URL, ODOO_DB, ODOO_USERNAME, ODOO_PASSWORD; store it for USER."""
    asyncio.run(_migrate(user, env_file))


async def _migrate(username: str, env_file: Path | None) -> None:
    found = _read(env_file)
    login = Login.typed(
        url=found["ODOO_URL"],
        database=found["ODOO_DB"],
        username=found["ODOO_USERNAME"],
        secret=found["ODOO_PASSWORD"],
    )
    async with desk_of(username) as desk:
        if await _stored(desk, login):
            typer.echo(f"{username} has these credentials already. Nothing was changed.")
        else:
            _, saved = await desk.service.save(desk.owner, login, None)
            told = saved.note or f"connection {saved.connection.id} is active"
            typer.echo(f"The credentials work and are stored for {username}: {told}.")
    where = f"from {env_file}" if env_file else "from the environment"
    typer.echo(f"Remove {', '.join(_VARIABLES)} {where}: they are not needed any more.")


def _read(env_file: Path | None) -> dict[str, str]:
    source: Mapping[str, str | None] = os.environ
    if env_file is not None:
        if not env_file.is_file():
            raise NotFound(f"{env_file} does not exist. Name the file that holds ODOO_URL.")
        source = dotenv_values(env_file, interpolate=False)
    found = {name: value for name in _VARIABLES if (value := source.get(name))}
    missing = [name for name in _VARIABLES if name not in found]
    if missing:
        where = str(env_file) if env_file else "the environment"
        raise InvalidInput(f"{', '.join(missing)} not found in {where}. Set all four.")
    if found["ODOO_PASSWORD"] == MASK:
        raise InvalidInput("ODOO_PASSWORD holds a mask. Put the real password there.")
    return found


async def _stored(desk: Desk, login: Login) -> bool:
    """Tell whether the active connection is this one, with this login and this secret."""
    keys = desk.service.key_ring
    async with desk.service.database.tenant(desk.owner.tenant_id, write=False) as tx:
        try:
            active = await store.active(tx)
        except (NoActiveConnection, NoCredentials):
            return False
        same = (active.odoo_database, active.odoo_username) == (login.database, login.username)
        meant = active.odoo_url in map(str, login.candidates)
        return same and meant and (await store.secret_of(tx, keys, active)).reveal() == login.secret
