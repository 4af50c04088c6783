from __future__ import annotations

from people import accounts, anna, clock, key_ring
from served import app, client, options, services, signed_in

__all__ = [
    "accounts",
    "anna",
    "app",
    "client",
    "clock",
    "key_ring",
    "options",
    "services",
    "signed_in",
]
