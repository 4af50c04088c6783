"""Options that many commands take: which connection is meant, and what none means."""

from __future__ import annotations

from typing import Annotated

import typer

OrActive = Annotated[
    int | None, typer.Option(help="A connection's id; the active one when left out.")
]
"""Of what reads or changes a copy."""
OrAll = Annotated[int | None, typer.Option(help="A connection's id; all of them when left out.")]
"""Of what tells what happened: histories, and what is sent of them."""
