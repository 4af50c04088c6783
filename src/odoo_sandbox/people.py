"""Who may log in: passwords, API keys with an expiry, groups; outside of any transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

USER = "base.group_user"
PORTAL = "base.group_portal"
SYSTEM = "base.group_system"
CONTACT_CREATION = "base.group_partner_manager"
PRODUCT_CREATION = "product.group_product_manager"

ADMIN_GROUPS = frozenset({USER, SYSTEM, CONTACT_CREATION, PRODUCT_CREATION})
LIMITED_GROUPS = frozenset({USER})
PORTAL_GROUPS = frozenset({PORTAL})


@dataclass(frozen=True, slots=True)
class ApiKey:
    secret: str
    expires: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        return self.expires is None or now < self.expires


@dataclass(slots=True)
class Account:
    """One login. `companies` are those that it may use, the first is its own."""

    uid: int
    login: str
    password: str
    partner_id: int
    groups: frozenset[str]
    name: str
    lang: str | bool = "en_US"
    tz: str | bool = False
    companies: tuple[int, ...] = (1,)
    active: bool = True
    two_factor: bool = False
    keys: list[ApiKey] = field(default_factory=list)

    @property
    def share(self) -> bool:
        return USER not in self.groups

    def has_key(self, secret: str, now: datetime) -> bool:
        return any(key.secret == secret and key.is_valid(now) for key in self.keys)

    def accepts(self, secret: str, now: datetime) -> bool:
        """Over JSON-RPC: the password (unless a second factor guards it) or an API key."""
        if not self.active or not secret:
            return False
        return self.has_key(secret, now) or (secret == self.password and not self.two_factor)
