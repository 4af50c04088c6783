from __future__ import annotations

from people import accounts, anna, clock, key_ring

__all__ = ["accounts", "anna", "clock", "key_ring"]
