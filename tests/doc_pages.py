"""Pages that list what the code holds: written by `make docs`, compared by a test."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import typer.main
from typer.core import TyperGroup as Group

from odoosync.cli.main import app_with
from odoosync.settings import Settings

DOCS: Final = Path(__file__).parents[1] / "docs"
_SETTINGS: Final = """# Settings

Environment variables, read once at start. A value that cannot be used stops the command with a
sentence that names the variable. So does a misspelt variable, with the one that is meant. A
variable that is like none of these is named on standard error, and ignored.

{table}

`ODOOSYNC_TEST_POSTGRES_URL` names a PostgreSQL server for the tests; unset, they start one of their
own. For `tests/live` see [live-tests.md](live-tests.md).
"""
_COMMANDS: Final = """# Commands

Each has `--help`. Every command works beside a running `serve` and without one. A command that
fails exits 1. `sync` and `deletions confirm` exit 3 when they held deletions back. `verify` exits 3
when Odoo changed since the last sync, and 4 when it could not compare. `user delete`,
`connection delete` and `restore` ask on a terminal. With `--yes` they do not ask; where there is no
terminal they need it.

`serve`, `worker`, `user create`, `db upgrade` and `restore` begin an installation where there is
none, and bring an older database up to date; `demo` and `sandbox` need none. All others create no
folder, no database and no keys. They say where they looked, and which setting to use.

{table}
"""


def settings_table() -> str:
    """Render what docs/settings.md must hold."""
    lines = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        shown = "" if field.default in (None, ()) else f"`{field.default}`"
        lines.append(f"| `ODOOSYNC_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines)


def commands_table() -> str:
    """Render what docs/commands.md must hold."""
    lines = ["| command | what it does |", "| --- | --- |"]
    root = typer.main.get_command(app_with())
    assert isinstance(root, Group)
    for name, command in sorted(root.commands.items()):
        if isinstance(command, Group):
            for inner, sub in sorted(command.commands.items()):
                lines.append(f"| `odoosync {name} {inner}` | {_first_line(sub.help)} |")
        else:
            lines.append(f"| `odoosync {name}` | {_first_line(command.help)} |")
    return "\n".join(lines)


def _first_line(text: str | None) -> str:
    return " ".join((text or "").strip().split("\n\n")[0].split())


def pages() -> dict[str, str]:
    """Render each page by its name."""
    return {
        "settings.md": _SETTINGS.format(table=settings_table()),
        "commands.md": _COMMANDS.format(table=commands_table()),
    }


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text)
