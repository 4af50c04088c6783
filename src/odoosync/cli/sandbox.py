"""`odoosync sandbox`: a small Odoo to try things on."""

from __future__ import annotations

from enum import StrEnum
from math import inf
from typing import Annotated

import typer

from odoo_sandbox import run, seed_world
from odoo_sandbox.seeding import ADMIN_KEY
from odoo_sandbox.server import NotListening
from odoosync.clock import utc_now
from odoosync.errors import Unavailable


class OdooVersion(StrEnum):
    V16 = "16"
    V17 = "17"
    V18 = "18"
    V19 = "19"


def sandbox(  # noqa: PLR0917
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8069,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    odoo_version: Annotated[
        OdooVersion, typer.Option(help="Which Odoo to imitate.")
    ] = OdooVersion.V19,
    contacts: Annotated[int, typer.Option(min=0, help="How many contacts it holds.")] = 2_000,
    products: Annotated[int, typer.Option(min=0, help="How many products it holds.")] = 500,
    seed: Annotated[int, typer.Option(help="The same seed makes the same rows.")] = 1,
    api_key: Annotated[str, typer.Option(help="The API key of its admin.")] = ADMIN_KEY,
    megabytes_per_second: Annotated[
        float | None,
        typer.Option(min=0.001, help="How fast it answers at most; real ones send 5 to 20."),
    ] = None,
    path: Annotated[
        str, typer.Option(help="Publish it below a path, such as /erp, as a proxy does.")
    ] = "",
) -> None:
    """Serve a small Odoo in memory, for the demo, for tests and to try things on."""
    below = "".join(f"/{part}" for part in path.split("/") if part)
    world = seed_world(int(odoo_version), contacts, products, seed, clock=utc_now, api_key=api_key)
    typer.echo(f"Sandbox Odoo {odoo_version.value}.0 at http://{host}:{port}{below} (in memory)")
    typer.echo(f"  database  {world.database}")
    typer.echo("  logins    admin/admin, limited/limited (may only read), portal/portal")
    typer.echo(f"  API key   {api_key} (admin)")
    typer.echo(f"  holds     {contacts} contacts, {products} products")
    typer.echo("Stop it with Ctrl-C.")
    speed = (megabytes_per_second or inf) * 1e6
    try:
        run(host, port, world, bytes_per_second=speed, path=below)
    except NotListening as error:
        raise Unavailable(str(error)) from error
