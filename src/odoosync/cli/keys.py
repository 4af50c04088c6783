"""`odoosync keys`: the keys that seal Odoo passwords and the secrets of webhooks."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from odoosync.accounts import audit
from odoosync.accounts.known_keys import forget_key, forget_unused
from odoosync.cli.confirming import Yes, confirm
from odoosync.cli.opening import existing_keys, opened_database
from odoosync.clock import utc_now
from odoosync.connections import resealing as connections
from odoosync.crypto import CannotOpen
from odoosync.notifications import resealing as webhooks

keys = typer.Typer(help="The keys that seal stored secrets.", no_args_is_help=True)


@keys.command()
def rotate(
    *,
    old_format: Annotated[
        bool,
        typer.Option(
            "--old-format",
            help="Also secrets of a version that bound none to a URL: look at each line first.",
        ),
    ] = False,
    yes: Yes = False,
) -> None:
    """Seal all stored secrets anew under the newest key; older keys may go afterwards."""
    failed = asyncio.run(_rotate(old_format=old_format, yes=yes))
    for name, error in failed:
        typer.echo(f"{name}: {error.message}", err=True)
    if failed:
        raise typer.Exit(1)


async def _rotate(*, old_format: bool, yes: bool) -> list[tuple[str, CannotOpen]]:
    failed: list[tuple[str, CannotOpen]] = []
    async with opened_database() as (settings, database):
        ring = await existing_keys(settings, database)
        if old_format:
            async with database.system(write=False) as tx:
                old = [*await connections.list_old(tx), *await webhooks.list_old(tx)]
            for line in old:
                typer.echo(line)
            confirm("Are these the right places? Each secret is bound to its own.", yes=yes)
        async with database.system() as tx:
            options: Any = {"old": old_format, "failed": lambda *one: failed.append(one)}
            count = await connections.reseal(tx, ring, **options)
            count += await webhooks.reseal(tx, ring, **options)
            gone = await forget_unused(tx, ring)
            detail = {"key": ring.current, "secrets": count, "failed": len(failed)}
            await audit.record(tx, "keys.rotated", audit.OPERATOR, at=utc_now(), detail=detail)
    typer.echo(f"{count} secrets are sealed under {ring.current}.")
    if gone:
        typer.echo(f"Nothing needs {', '.join(gone)} any more.")
    return failed


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
