"""Passwords come by standard input or a prompt; as an argument every process would see them."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from odoosync.errors import InvalidInput

PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


def read_password(*, from_stdin: bool, twice: bool = False) -> str:
    """Return what standard input holds; only the newline at its end is not part of it.

    `twice` asks again at the prompt. Raises InvalidInput.
    """
    if from_stdin:
        try:
            return sys.stdin.buffer.read().decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError as error:
            raise InvalidInput("The password on standard input is not UTF-8 text.") from error
    if not sys.stdin.isatty():
        raise InvalidInput("There is no terminal to ask for the password: use --password-stdin.")
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=twice)
    return password
