"""Rows and fields that Odoo fails on, as all surfaces take and show them."""

from __future__ import annotations

from pydantic import BaseModel, Field


class SetAsideView(BaseModel):
    """What could not be read: a row or a field of one, tried in turn; or a field altogether.

    A field of many rows is left out of the copy, and tried once a day.
    """

    connection_id: int
    dataset: str
    odoo_id: int | None = Field(description="Null when it is a field of many rows.")
    field: str | None = Field(description="Null when it is the whole row.")
    code: str
    reason: str
    first_at: str | None
    last_at: str | None


class SetAside(BaseModel):
    items: list[SetAsideView]
    next_cursor: str | None


class SetAsideQuery(BaseModel):
    """Which of them to list."""

    dataset: str | None = Field(default=None, max_length=255)
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(
        default=None, max_length=2_000, description="`next_cursor` of a list."
    )
