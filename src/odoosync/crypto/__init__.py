"""Secrets: sealed under a versioned key ring, opened by one explicit call, masked in every repr."""

from odoosync.crypto.key_file import KEY_FILE, KEYS_SETTING, KeySource, NoKeys
from odoosync.crypto.ring import (
    MASK,
    BadKeyRing,
    CannotOpen,
    KeyRing,
    Secret,
    bound_to,
    given_up,
    is_old_format,
    new_key_ring,
    parse_key_ring,
)

__all__ = [
    "KEYS_SETTING",
    "KEY_FILE",
    "MASK",
    "BadKeyRing",
    "CannotOpen",
    "KeyRing",
    "KeySource",
    "NoKeys",
    "Secret",
    "bound_to",
    "given_up",
    "is_old_format",
    "new_key_ring",
    "parse_key_ring",
]
