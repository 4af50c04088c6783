"""`odoosync keys`: the keys that seal Odoo passwords and the secrets of webhooks."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from odoosync.accounts import audit
from odoosync.accounts.known_keys import forget_key
from odoosync.cli.confirming import Yes, confirm
from odoosync.cli.opening import opened_database
from odoosync.clock import utc_now

keys = typer.Typer(help="The keys that seal stored secrets.", no_args_is_help=True)


@keys.callback()
def _group() -> None:
    """Keep `forget` a sub-command."""


@keys.command()
def forget(
    key_id: Annotated[str, typer.Argument(help="The key's id.", show_default=False)],
    *,
    yes: Yes = False,
) -> None:
    """Give up a key that is lost for good, and every secret that it sealed."""
    confirm(
        f"Give up the key {key_id} and what it sealed? Owners have to store their Odoo passwords "
        "again.",
        yes=yes,
    )

    async def work() -> int:
        async with opened_database() as (_, database), database.system() as tx:
            count = await forget_key(tx, key_id)
            detail = {"key": key_id, "secrets": count}
            await audit.record(tx, "keys.forgotten", audit.OPERATOR, at=utc_now(), detail=detail)
            return count

    count = asyncio.run(work())
    typer.echo(f"The key {key_id} was given up, and {count} secrets that it sealed.")
