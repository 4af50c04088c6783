"""Signing in and registering, as all surfaces take and show them."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from odoosync.accounts.passwords import LONGEST, SHORTEST
from odoosync.accounts.users import LONGEST_NAME

_LONGEST_TOKEN: Final = 512


class TokenForm(BaseModel):
    """OAuth2's password and refresh forms; what else such a form may hold is not looked at."""

    grant_type: Literal["password", "refresh_token"] = Field(
        default="password", description="`refresh_token` trades a refresh token for new tokens."
    )
    username: str | None = Field(default=None, max_length=LONGEST, examples=["api_user"])
    password: str | None = Field(default=None, max_length=LONGEST, examples=["api_password"])
    refresh_token: str | None = Field(default=None, max_length=_LONGEST_TOKEN)


class TokenAnswer(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the scheme's name
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[3600])
    refresh_token: str = Field(
        description="Buys the next tokens, once. Sent again within 30 seconds, it gets the same "
        "refresh token again; sent later, it ends the session."
    )


class Message(BaseModel):
    message: str


class Registration(BaseModel):
    model_config = ConfigDict(extra="forbid")

    username: str = Field(max_length=LONGEST_NAME, min_length=1, examples=["api_user"])
    password: str = Field(max_length=LONGEST, min_length=SHORTEST, examples=["api_password"])


class Registered(BaseModel):
    id: int
    username: str
