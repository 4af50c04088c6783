"""Runs and the answer of a sync."""

from __future__ import annotations

import re
from typing import Any, Final, NewType

import strawberry
from strawberry.scalars import JSON

BigInt = NewType("BigInt", int)
_LARGEST: Final = 2**63 - 1
_DIGITS: Final = re.compile(r"-?[0-9]{1,19}", re.ASCII)


def _whole(value: Any) -> int:
    """Read a number, or its digits. Raises ValueError, which GraphQL tells the caller."""
    written = isinstance(value, str) and _DIGITS.fullmatch(value) is not None
    if written or type(value) is int:
        number = int(value)
        if abs(number) <= _LARGEST:
            return number
    raise ValueError("This is no whole number of up to 64 bits.")


BIG_INT = strawberry.scalar(
    name="BigInt",
    description="A whole number of up to 64 bits.",
    serialize=int,
    parse_value=_whole,
)


@strawberry.type(description="One sync of one dataset; times in ISO 8601, duration in seconds.")
class SyncRun:
    id: strawberry.ID
    connection_id: int
    dataset: str
    kind: str = strawberry.field(description="sync or verify.")
    status: str = strawberry.field(description="queued, running, succeeded, failed or cancelled.")
    mode: str = strawberry.field(description="full, incremental, verify or repair.")
    trigger: str
    requested_by: BigInt | None = strawberry.field(
        description="The user who asked, or who set the schedule."
    )
    requested_name: str | None
    created_at: str | None
    started_at: str | None
    finished_at: str | None
    duration: float | None
    copy_age: float | None = strawberry.field(
        description="Seconds since the last complete sync, when this run was asked for."
    )
    total: int | None = strawberry.field(description="Rows in the window, counted at its start.")
    fetched: int
    created: int
    updated: int
    unchanged: int
    deleted: int
    hidden: int = strawberry.field(description="Rows that this login cannot see any more.")
    held_back: int = strawberry.field(description="Deletions that wait for a confirmation.")
    changed: int = strawberry.field(description="Created, updated, deleted and hidden together.")
    set_aside: int = strawberry.field(
        description="Rows that Odoo failed on, wholly or in some field."
    )
    pages: int
    calls: int
    bytes_received: BigInt
    attempts: int
    odoo_login: str | None
    odoo_version: str | None
    window_low: str | None
    window_high: str | None
    drift: list[str] | None = strawberry.field(
        description="Wanted fields that are gone since the run before, or of another type."
    )
    note: str | None
    truth: float | None = strawberry.field(
        description="Of a verification: the share of rows that are true."
    )
    detail: JSON | None = strawberry.field(description="Of a verification: what it found.")
    error_code: str | None
    error: str | None


@strawberry.type(description="A notable line of a run's log; its fields hold no secret.")
class RunLine:
    at: str
    level: str
    message: str
    fields: JSON


@strawberry.type
class SyncRunPage:
    items: list[SyncRun]
    next_cursor: str | None


@strawberry.type(description="How true the copy is, or that this was asked.")
class VerifyAnswer:
    success: bool = strawberry.field(
        description="All runs have ended, and nothing in the copy is wrong as of the last sync."
    )
    outcome: str | None = strawberry.field(
        description="equal, pending (Odoo changed since the last sync) or differs: the worst of "
        "the runs; null while one goes on, or where one failed."
    )
    message: str
    errors: list[str]
    code: str | None = strawberry.field(description="For machines: why it did not succeed.")
    runs: list[SyncRun]


@strawberry.type(description="How a sync went, or that it was asked for.")
class SyncAnswer:
    success: bool
    message: str
    errors: list[str]
    code: str | None = strawberry.field(description="For machines: why it did not succeed.")
    run: SyncRun | None
