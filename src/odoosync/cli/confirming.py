"""Asking before something is deleted for good."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from odoosync.errors import InvalidInput

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def confirm(question: str, *, yes: bool) -> None:
    """Ask on a terminal, unless the answer is `yes`; aborts when it is no.

    Raises InvalidInput where there is no terminal.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidInput("There is no terminal to ask whether you are sure: use --yes.")
    typer.confirm(question, abort=True)
