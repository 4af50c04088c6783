"""Signing secrets of webhooks, and the headers of Standard Webhooks that they make.

A secret is shown once, and kept sealed. After a rotation the one before it signs, too, until the
receiver had a day to change over.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from standardwebhooks import Webhook

from odoosync.crypto import Secret, bound_to

OVERLAP: Final = timedelta(hours=24)
_BYTES: Final = 32


def new_secret() -> Secret:
    return Secret(f"whsec_{base64.b64encode(os.urandom(_BYTES)).decode()}")


def sealed_for(tenant_id: int | None, webhook_id: int, url: str) -> str:
    """Name what a sealed secret is bound to: its row, and the receiver that it signs for."""
    return bound_to("webhooks", tenant_id, webhook_id, url)


def signed_headers(
    secrets: Sequence[Secret], message_id: str, body: str, now: datetime
) -> dict[str, str]:
    """Return what proves a message: its id, the moment of this try, a signature by each secret."""
    signatures = [Webhook(one.reveal()).sign(message_id, now, body) for one in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
