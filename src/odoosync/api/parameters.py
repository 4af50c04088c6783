"""Parameters that many routes take, bounded so that no database is asked for the impossible."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

RowId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The id, as lists show it.")]
