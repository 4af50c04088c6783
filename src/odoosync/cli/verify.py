"""`odoosync verify`: hold the copy against Odoo, say how true it is, repair it if asked."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import typer
from sqlalchemy import Row

from odoosync.accounts.audit import OPERATOR
from odoosync.accounts.users import find_user
from odoosync.cli.opening import opened_database
from odoosync.cli.sync import hands, watch
from odoosync.clock import utc_now
from odoosync.sync.verify.asking import USUAL, VerifyRequest, ask_to_verify, summary, worst
from odoosync.sync.verify.outcome import Outcome

_EXITS: Final[dict[Outcome | None, int]] = {"equal": 0, "differs": 1, "pending": 3, None: 4}


def verify(
    user: Annotated[str, typer.Option(help="Whose copy.")],
    dataset: Annotated[
        list[str] | None, typer.Argument(help="Datasets; contacts and products when left out.")
    ] = None,
    connection: Annotated[
        int | None, typer.Option(help="A connection's id; the active one when left out.")
    ] = None,
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Write what differs.")] = False,
) -> None:
    """Compare a user's copy with Odoo, row by row, and say as of when it is true.

    Exits 0 when the copy equals Odoo; 1 when it is wrong, which --repair mends; 3 when nothing is
    wrong, but Odoo changed since the last sync; 4 when it could not be compared.
    """
    wanted = tuple(dataset or USUAL)
    ended = asyncio.run(_verify(user, wanted, connection_id=connection, repair=repair))
    for run in ended:
        typer.echo(_told(run))
    if code := _EXITS[worst(ended)]:
        raise typer.Exit(code)


async def _verify(username: str, datasets: tuple[str, ...], **options: Any) -> list[Row[Any]]:
    async with opened_database() as (settings, database):
        owner = await find_user(database, username)
        request = VerifyRequest(
            owner.tenant_id, owner.id, datasets, trigger="command", by=OPERATOR, **options
        )
        run_ids = await ask_to_verify(database, request, utc_now())
        async with hands(settings, database):
            return await watch(database, owner.tenant_id, run_ids)


def _told(run: Row[Any]) -> str:
    dataset = f"{run.dataset} of connection {run.connection_id}"
    if run.status != "succeeded":
        return f"{dataset}: {run.status}. {run.error or ''}".rstrip()
    lines = [f"{dataset}: {summary(run)}"]
    for example in run.detail["examples"]:
        fields = f": {', '.join(example['fields'])}" if example["fields"] else ""
        lines.append(f"  {example['kind']} {example['id']}{fields}")
    return "\n".join(lines)
