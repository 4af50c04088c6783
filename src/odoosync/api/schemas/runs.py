"""Runs: syncs and verifications, as all surfaces take and show them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from odoosync.api.forms import Form
from odoosync.api.parameters import OrActive, OrAll
from odoosync.api.reading.moments import read_moment
from odoosync.api.streams import MAX_PER_USER
from odoosync.jobs.run_queue import Kind
from odoosync.sync import runs

RunStatus = runs.Status


RunMode = runs.Mode


class SyncForm(Form):
    """How to sync; everything may be left out."""

    full: bool = Field(default=False, description="Read everything again.")
    wait: bool = Field(
        default=True,
        description="Answer when the run has ended. At most "
        f"{MAX_PER_USER} requests of a user may wait, in each process of the service.",
    )
    connection_id: OrActive = None
    confirm_deletions: bool = Field(
        default=False, description="Mark deletions however many they are, in this run."
    )


class RunView(BaseModel):
    """One run; times in ISO 8601, `duration` in seconds."""

    id: str
    connection_id: int
    dataset: str
    kind: Kind
    status: RunStatus
    mode: RunMode
    trigger: str
    requested_by: int | None = Field(description="The user who asked, or who set the schedule.")
    requested_name: str | None
    created_at: str | None
    started_at: str | None
    finished_at: str | None
    duration: float | None
    copy_age: float | None = Field(
        description="Seconds since the last complete sync, when this run was asked for."
    )
    total: int | None = Field(description="Rows in the window, as counted at its start.")
    fetched: int
    created: int
    updated: int
    unchanged: int
    deleted: int
    hidden: int = Field(description="Rows that this login cannot see any more.")
    held_back: int = Field(description="Deletions that wait for a confirmation.")
    changed: int = Field(description="Created, updated, deleted and hidden together.")
    set_aside: int = Field(description="Rows that Odoo failed on, wholly or in some field.")
    pages: int
    calls: int
    bytes_received: int
    attempts: int
    odoo_login: str | None
    odoo_version: str | None
    window_low: str | None
    window_high: str | None
    drift: list[str] | None = Field(
        description="Wanted fields that are gone since the run before, or of another type."
    )
    note: str | None
    truth: float | None = Field(description="Of a verification: the share of rows that are true.")
    detail: dict[str, Any] | None = Field(description="Of a verification: what it found.")
    error_code: str | None
    error: str | None


class RunChoice(BaseModel):
    """Which runs are meant."""

    dataset: str | None = Field(default=None, max_length=255)
    status: RunStatus | None = None
    kind: Kind | None = Field(default=None, description="Only syncs, or only verifications.")
    mode: RunMode | None = None
    trigger: str | None = Field(
        default=None, max_length=32, description="Such as api, command or schedule."
    )
    connection_id: OrAll = None
    since: str | None = Field(
        default=None, max_length=40, description="Asked for at this moment or later; ISO 8601."
    )
    until: str | None = Field(default=None, max_length=40, description="Asked for before this.")

    def wanted(self) -> runs.RunFilter:
        """Raise BadFilter for what is no moment."""
        return runs.RunFilter(
            connection_id=self.connection_id,
            dataset=self.dataset,
            status=self.status,
            trigger=self.trigger,
            mode=self.mode,
            kind=self.kind,
            since=read_moment("since", self.since),
            until=read_moment("until", self.until),
        )


class RunQuery(RunChoice):
    """Which runs to list."""

    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=200, description="`next_cursor` of a list.")


class SyncAnswer(BaseModel):
    """The seed's answer to a sync."""

    success: bool
    message: str
    errors: list[str]
    code: str | None = Field(description="For machines: why it did not succeed.")
    run: RunView | None


class Runs(BaseModel):
    items: list[RunView]
    next_cursor: str | None


class LineView(BaseModel):
    """A notable line of the log; its fields hold no secret."""

    at: str
    level: str
    message: str
    fields: dict[str, Any]


class RunLog(BaseModel):
    items: list[LineView]
    next_cursor: None = None
