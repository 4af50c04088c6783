"""`odoosync db`: the schema."""

from __future__ import annotations

from typing import Annotated

import typer

from odoosync.cli.restored import say_what_was_taken_back
from odoosync.clock import utc_now
from odoosync.log import configure_logging
from odoosync.migrations import upgrade as run_migrations
from odoosync.migrations.after_restore import Restored, revoke_restored
from odoosync.settings import load_settings

db = typer.Typer(help="The database's schema.", no_args_is_help=True)


@db.callback()
def _group() -> None:
    """Keep `upgrade` a sub-command, though it is the only one."""


@db.command()
def upgrade(
    *,
    after_restore: Annotated[
        bool,
        typer.Option(
            "--after-restore",
            help="It was put back to an older state, by other means than `restore`: let readers "
            "of the change feed miss nothing, end all sessions and let API keys rest. Stop the "
            "service first.",
        ),
    ] = False,
) -> None:
    """Bring the database to this version's schema. Running it twice changes nothing."""
    settings = load_settings()
    configure_logging(settings.log_level, settings.log_format)
    done: list[Restored] = []
    revision = run_migrations(
        settings.effective_database_url,
        then=(lambda to: done.append(revoke_restored(to, None, utc_now())))
        if after_restore
        else None,
    )
    typer.echo(f"The database is at revision {revision}.")
    for one in done:
        say_what_was_taken_back(one)
