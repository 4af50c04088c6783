"""What can be wrong with a webhook, or with what is asked of it.

::

    NotFound
    ├── NoWebhook                 there is none of this id, or it is another tenant's
    └── NoDelivery                the webhook has none of this id
    InvalidInput
    ├── UnknownEventKind          no event has this kind
    ├── BadMailServer             the URL of the mail server cannot be used
    └── ReceiverRefused           the guard does not let this service call that address
    Conflict
    ├── WebhookRests              it is paused or disabled: nothing is sent
    ├── NotMailed                 there is nobody whom this mail may go to
    └── TooManyWebhooks           the tenant has as many as it may
    TooMany
    └── ReplayedAlready           what had arrived was sent again less than an hour ago
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from odoosync.errors import Conflict, InvalidInput, NotFound, TooMany
from odoosync.spelling import did_you_mean, shown


class NoWebhook(NotFound):
    code = "no_webhook"

    def __init__(self) -> None:
        super().__init__("There is no webhook with this id.")


class NoDelivery(NotFound):
    code = "no_delivery"

    def __init__(self) -> None:
        super().__init__("This webhook has no delivery with this id.")


class UnknownEventKind(InvalidInput):
    code = "unknown_event_kind"

    def __init__(self, known: Collection[str], strange: Iterable[str] = ()) -> None:
        questions = [f"{shown(one)!r} is none.{did_you_mean(one, known)}" for one in strange]
        choice = f"Choose at least one of the kinds {', '.join(known)}; or leave them out for all."
        super().__init__(" ".join([*questions, choice]))


class BadMailServer(InvalidInput):
    code = "bad_mail_server"


class ReceiverRefused(InvalidInput):
    code = "receiver_refused"


class WebhookRests(Conflict):
    code = "webhook_rests"

    def __init__(self) -> None:
        super().__init__("This webhook is paused or disabled: nothing is sent. Resume it first.")


class NotMailed(Conflict):
    code = "not_mailed"


class ReplayedAlready(TooMany):
    code = "replayed_already"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "What has arrived is sent again once an hour for each webhook."
            f" Try again in {seconds} seconds.",
            retry_after=seconds,
        )


class TooManyWebhooks(Conflict):
    code = "too_many_webhooks"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"There are {most} webhooks already, as many as there may be. Remove one first."
        )
