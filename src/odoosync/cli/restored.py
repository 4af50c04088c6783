"""What is said after a database was put back to an older state."""

from __future__ import annotations

import typer

from odoosync.migrations.after_restore import Restored

_UNKNOWN = (
    "Who was disabled, deleted or got a new password since the backup cannot be known: look at "
    "`odoosync user list`."
)


def say_what_was_taken_back(done: Restored) -> None:
    """Say what did not come back, and what an operator has to look at."""
    typer.echo(f"{done.sessions_ended} sessions were ended.")
    if done.keys_resting:
        typer.echo(
            f"{done.keys_resting} API keys rest until somebody has looked at them: "
            "`odoosync user key list`, then `release` or `revoke`."
        )
    for told, names in (
        ("Disabled, as they were disabled or deleted since", done.users_disabled),
        ("These users keep the password that they had before this", done.passwords_kept),
        ("These connections were deleted since, and are paused", done.connections_paused),
        ("These webhooks were deleted since, and are paused", done.webhooks_paused),
    ):
        if names:
            typer.echo(f"{told}: {', '.join(map(str, names))}.")
    if not done.compared:
        typer.echo(_UNKNOWN)
