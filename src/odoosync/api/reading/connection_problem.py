"""Why a connection's Odoo does not answer: shown beside it, in REST and in GraphQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, Field

from odoosync.clock import iso
from odoosync.connections.connection import Connection
from odoosync.db import Tx
from odoosync.sync import standing
from odoosync.sync.breaker import Breaker


class Trouble(BaseModel):
    """Failures in a row; nothing is asked before `next_try_at`."""

    state: Literal["failing", "left_alone", "rejected"] = Field(
        description="`failing`: it is asked as usual. `left_alone`: only at `next_try_at`, or when "
        "a person asks. `rejected`: so are the credentials, for longer."
    )
    since: str | None
    failures: int
    next_try_at: str | None
    code: str
    reason: str


async def troubles(tx: Tx, found: Sequence[Connection]) -> dict[int, Trouble]:
    """Tell the troubles of connections, by their ids; those that answer have none."""
    states = await standing.every(tx, found)
    return {known: _trouble(state) for known, state in states.items() if state.failures}


def _trouble(state: Breaker) -> Trouble:
    rejected: Literal["left_alone", "rejected"] = "rejected" if state.rejected else "left_alone"
    return Trouble(
        state=rejected if state.is_open else "failing",
        since=iso(state.since),
        failures=state.failures,
        next_try_at=iso(state.retry_at),
        code=state.code,
        reason=state.reason,
    )
