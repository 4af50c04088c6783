"""What a receiver is sent of an event."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Row

from odoosync.clock import iso


def content_of(event: Row[Any]) -> dict[str, Any]:
    """Return the body of a webhook as Standard Webhooks wants it."""
    about = {"connection_id": event.connection_id, "dataset": event.dataset}
    return {
        "type": event.kind,
        "timestamp": iso(event.happened_at),
        "data": {**event.payload, **about},
    }


def body_of(event: Row[Any]) -> str:
    """Render it the same for every try, for the signature is over these very bytes."""
    return orjson.dumps(content_of(event), option=orjson.OPT_SORT_KEYS).decode()
