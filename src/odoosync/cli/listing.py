"""Lists on the command line: a line each on standard output.

An empty list says so in one sentence, on standard error: what reads `--json` finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import typer


def show_list(lines: Iterable[str], *, if_empty: str) -> None:
    """Print the lines, or the sentence where there are none."""
    found = list(lines)
    for line in found:
        typer.echo(line)
    if not found:
        say_empty(if_empty)


def say_empty(sentence: str) -> None:
    """Say that a list is empty, and what to do about it."""
    typer.echo(sentence, err=True)
