"""The `odoosync` command. One noun a file; errors of ours are one line, never a traceback.

Only the file of the command that is called is loaded: all of them take seconds.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Final

import typer

from odoosync.errors import OdoosyncError

_FILES: Final = {
    "serve": "serve",
    "worker": "worker",
    "sync": "sync",
    "verify": "verify",
    "confirm-restored": "questions",
    "set-aside": "set_aside",
    "runs": "runs",
    "audit": "audit",
    "demo": "demo",
    "sandbox": "sandbox",
    "backup": "backup",
    "restore": "backup",
    "migrate-env": "migrate_env",
    "doctor": "doctor",
    "keys": "keys",
    "connection": "connection",
    "db": "db",
    "deletions": "questions",
    "schedule": "schedule",
    "user": "user",
    "webhook": "webhook",
}
"""In which file of this room each command, or group of commands, is found under its name."""


def app_with(names: Iterable[str] = _FILES) -> typer.Typer:
    """Make the command line with these commands."""
    app = typer.Typer(
        name="odoosync",
        help="A self-hosted service that keeps a true, queryable copy of each user's Odoo data.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_nothing_more)  # or a single command would be the whole command line
    for name in names:
        found = getattr(import_module(f"odoosync.cli.{_FILES[name]}"), name.replace("-", "_"))
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _loaded(asked: str) -> typer.Typer:
    """Load what is asked for: all of it stays, so that to look for garbage in it is in vain."""
    gc.disable()
    app = app_with([asked] if asked in _FILES else _FILES)
    gc.freeze()
    gc.enable()
    return app


def _nothing_more() -> None:
    """Keep the help of the whole: a callback's own would replace it."""


def main() -> None:
    """Run the command line; exits 1 with one line on standard error for an error of ours."""
    os.umask(0o077)  # what we write holds people's data
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        _loaded(asked)()
    except OdoosyncError as error:
        print(f"odoosync: {error.advice}", file=sys.stderr)  # noqa: T201 - the CLI's voice
        sys.exit(1)
