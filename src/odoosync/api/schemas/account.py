"""The signed-in user, as all surfaces take and show them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from odoosync.accounts.mail_address import LONGEST as LONGEST_ADDRESS
from odoosync.accounts.passwords import LONGEST, SHORTEST
from odoosync.api.forms import Form
from odoosync.api.schemas.api_keys import KeyView
from odoosync.api.schemas.auth import Message


class Me(BaseModel):
    id: int
    username: str = Field(examples=["api_user"])
    email: str | None = Field(description="Where mails about trouble go, once it is confirmed.")
    email_confirmed_at: datetime | None = Field(
        description="When the link in the email was followed; null: nothing is mailed there."
    )
    email_note: str | None = Field(description="Why nothing is mailed there, and what to do.")
    is_admin: bool
    tenant_id: int
    scopes: list[str] = Field(description="What this token or API key may do.")
    kind: Literal["password", "refresh", "api_key"] = Field(description="How it was come by.")
    auth_time: datetime | None = Field(description="When the password was given; null for a key.")


class MeChange(Form):
    email: str | None = Field(
        max_length=LONGEST_ADDRESS,
        description="Where mails about trouble go; null for none.",
        examples=["anna@example.com"],
    )


class NewPassword(Form):
    current_password: str = Field(max_length=LONGEST)
    new_password: str = Field(min_length=SHORTEST, max_length=LONGEST)
    revoke_api_keys: bool = Field(
        default=False, description="Also revoke all API keys; they do not end with the password."
    )


class PasswordChanged(Message):
    api_keys_revoked: int = Field(description="How many API keys were revoked with it.")
    api_keys: list[KeyView] = Field(
        description="The API keys that live on. Revoke those that you do not know."
    )
