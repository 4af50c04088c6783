"""Webhooks, as all surfaces take and show them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, StringConstraints

from odoosync.api.forms import Form
from odoosync.notifications.http_delivery import LONGEST_URL
from odoosync.notifications.service import LONGEST_NAME, UNCHANGED, Change

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME)
]


Url = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_URL)]


Kinds = Annotated[list[Annotated[str, StringConstraints(max_length=64)]], Field(max_length=100)]


ConnectionId = Annotated[int, Field(ge=1, le=2**63 - 1)]


_KINDS: Final = "Of which kinds of events; null means all, those to come included."


_OF: Final = "Of which connection; null means all."


class NewWebhook(Form):
    url: Url = Field(examples=["https://example.com/odoosync"])
    name: Name | None = Field(default=None, description="The URL's host when left out.")
    kinds: Kinds | None = Field(default=None, description=_KINDS)
    connection_id: ConnectionId | None = Field(default=None, description=_OF)


class WebhookChange(Form):
    """What is left out stays."""

    url: Url = Field(default="")
    name: Name = Field(default="")
    kinds: Kinds | None = Field(default=None, description=_KINDS)
    connection_id: ConnectionId | None = Field(default=None, description=_OF)

    def change(self) -> Change:
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return Change(**{name: sent.get(name, UNCHANGED) for name in Change.__slots__})


class WebhookView(BaseModel):
    id: int
    name: str
    url: str
    kinds: list[str]
    all_kinds: bool = Field(description="Kinds to come are included.")
    connection_id: int | None
    created_at: str | None
    updated_at: str | None
    failing_since: str | None = Field(description="The first failure since the last success.")
    paused_at: str | None
    disabled_at: str | None = Field(description="Since when it is not called any more.")
    disabled_why: Literal["gone", "failing"] | None
    previous_secret_until: str | None = Field(
        description="Until then the secret before the last rotation signs, too."
    )


class MadeWebhook(WebhookView):
    secret: str = Field(description="What verifies signatures; shown this once.")


class Webhooks(BaseModel):
    items: list[WebhookView]
    next_cursor: None = None
