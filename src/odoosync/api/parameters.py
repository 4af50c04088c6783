"""Parameters that many routes take, bounded so that no database is asked for the impossible."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Path
from pydantic import Field

RowId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The id, as lists show it.")]

THE_ACTIVE_ONE: Final = "The active connection when left out."
ALL_CONNECTIONS: Final = "All connections when left out."
OrActive = Annotated[int | None, Field(ge=1, le=2**63 - 1, description=THE_ACTIVE_ONE)]
"""Of what reads or changes a copy."""
OrAll = Annotated[int | None, Field(ge=1, le=2**63 - 1, description=ALL_CONNECTIONS)]
"""Of what tells what happened: histories, and what is sent of them."""
