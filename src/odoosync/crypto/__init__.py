"""Secrets: sealed under a versioned key ring, opened by one explicit call, masked in every repr."""

from odoosync.crypto.key_file import KEY_FILE, load_key_ring
from odoosync.crypto.ring import (
    MASK,
    BadKeyRing,
    CannotOpen,
    KeyRing,
    Secret,
    new_key_ring,
    parse_key_ring,
)

__all__ = [
    "KEY_FILE",
    "MASK",
    "BadKeyRing",
    "CannotOpen",
    "KeyRing",
    "Secret",
    "load_key_ring",
    "new_key_ring",
    "parse_key_ring",
]
