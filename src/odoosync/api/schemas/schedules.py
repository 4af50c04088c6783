"""Schedules, and how fresh the copies are, as all surfaces take and show them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from odoosync.api.forms import DatasetName, Form
from odoosync.sync.schedules.planning import Wish
from odoosync.sync.schedules.rhythm import LONGEST_CRON, LONGEST_S, SHORTEST_S


class ScheduleForm(Form):
    """Either `every`, or `cron` with or without a `timezone`."""

    every: int | None = Field(
        default=None, ge=SHORTEST_S, le=LONGEST_S, description="Seconds between two syncs."
    )
    cron: str | None = Field(
        default=None,
        max_length=LONGEST_CRON,
        description="Minute, hour, day of month, month, day of week.",
        examples=["0 6-20 * * MON-FRI"],
    )
    timezone: str | None = Field(
        default=None,
        max_length=64,
        description="Of `cron`; UTC when left out.",
        examples=["Europe/Berlin"],
    )
    paused: bool = Field(default=False, description="Keep it, but do not follow it yet.")

    def wish(self) -> Wish:
        return Wish(self.every, self.cron, self.timezone, self.paused)


class SchedulesForm(ScheduleForm):
    datasets: list[DatasetName] | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Contacts and products when left out; products bring their variants.",
    )


class ScheduleView(BaseModel):
    connection_id: int
    dataset: str
    every: int | None
    cron: str | None
    timezone: str | None
    paused_at: str | None
    next_run_at: str | None = Field(description="None while it or its connection is paused.")
    last_run_at: str | None = Field(description="The moment that it last asked for a run at.")
    last_run_id: str | None
    failures: int = Field(description="Failed runs in a row; each makes the next one come later.")


class Schedules(BaseModel):
    items: list[ScheduleView]
    next_cursor: str | None = None


class FreshnessView(BaseModel):
    """How old the copy of a dataset is."""

    connection_id: int
    dataset: str
    completed_at: str | None = Field(description="The end of the last complete sync.")
    age: float | None = Field(description="Seconds since then.")
    undated_at: str | None = Field(
        description="When all fields without a change date were read last: relations, not stored."
    )
    interval: int | None = Field(description="The shortest time between two scheduled syncs.")
    stale_from: str | None = Field(
        description="When it is older than twice its interval; None where nothing is scheduled."
    )
    stale: bool
    alert_since: str | None = Field(description="Since when an alert is open.")


class Freshness(BaseModel):
    items: list[FreshnessView]
    next_cursor: str | None = None
