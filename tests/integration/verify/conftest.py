from __future__ import annotations

from integration.sync.conftest import clock, copy, fragile, odoo, synced, synced_once, world

__all__ = ["clock", "copy", "fragile", "odoo", "synced", "synced_once", "world"]
