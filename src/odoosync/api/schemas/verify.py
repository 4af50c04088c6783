"""Verifications, as all surfaces take and show them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from odoosync.api.forms import DatasetName, Form
from odoosync.api.schemas.runs import RunView


class VerifyForm(Form):
    """What to verify; everything may be left out."""

    datasets: list[DatasetName] | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Contacts and products when left out; products bring their variants.",
    )
    repair: bool = Field(default=False, description="Write what differs.")
    wait: bool = Field(default=True, description="Answer when the runs have ended.")


class VerifyAnswer(BaseModel):
    """`success`: all runs have ended, and nothing in the copy is wrong as of the last sync."""

    success: bool
    outcome: Literal["equal", "pending", "differs"] | None = Field(
        description="Equal to Odoo now; or changed in Odoo since the last sync; or wrong. "
        "The worst of the runs; null while one goes on, or where one failed."
    )
    message: str
    errors: list[str]
    code: str | None = Field(description="For machines: why it did not succeed.")
    runs: list[RunView]
