"""Credentials of sandbox Odoos, as the profile endpoints take them."""

from __future__ import annotations

from odoo_sandbox import SandboxServer


def admin_of(odoo: SandboxServer) -> dict[str, str]:
    return {
        "odoo_username": "admin",
        "odoo_password": "admin",
        "odoo_database": "odoo_db",
        "odoo_url": odoo.url.replace("127.0.0.1", "localhost"),
    }
