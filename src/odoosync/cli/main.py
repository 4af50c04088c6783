"""The `odoosync` command. One noun a file; errors of ours are one line, never a traceback."""

from __future__ import annotations

import os
import sys

import typer

from odoosync.cli.audit import audit
from odoosync.cli.backup import backup, restore
from odoosync.cli.connection import connection
from odoosync.cli.db import db
from odoosync.cli.demo import demo
from odoosync.cli.doctor import doctor
from odoosync.cli.migrate_env import migrate_env
from odoosync.cli.questions import confirm_restored, deletions
from odoosync.cli.runs import runs
from odoosync.cli.sandbox import sandbox
from odoosync.cli.schedule import schedule
from odoosync.cli.serve import serve, worker
from odoosync.cli.set_aside import set_aside
from odoosync.cli.sync import sync
from odoosync.cli.user import user
from odoosync.cli.verify import verify
from odoosync.cli.webhook import webhook
from odoosync.errors import OdoosyncError

app = typer.Typer(
    name="odoosync",
    help="A self-hosted service that keeps a true, queryable copy of each user's Odoo data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (
    serve,
    worker,
    sync,
    verify,
    confirm_restored,
    set_aside,
    runs,
    audit,
    demo,
    sandbox,
    backup,
    restore,
    migrate_env,
    doctor,
):
    app.command()(command)
app.add_typer(connection, name="connection")
app.add_typer(db, name="db")
app.add_typer(deletions, name="deletions")
app.add_typer(schedule, name="schedule")
app.add_typer(user, name="user")
app.add_typer(webhook, name="webhook")


def main() -> None:
    """Run the command line; exits 1 with one line on standard error for an error of ours."""
    os.umask(0o077)  # what we write holds people's data
    try:
        app()
    except OdoosyncError as error:
        print(f"odoosync: {error.message}", file=sys.stderr)  # noqa: T201 - the CLI's voice
        sys.exit(1)
