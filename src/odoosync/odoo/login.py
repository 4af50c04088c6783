"""Who logs in where. A value; the secret is in no repr of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from odoosync.odoo.url import OdooUrl

_API_KEY = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Login:
    """`secret` is a password or an API key; Odoo 16 to 18 take either in the same place."""

    url: OdooUrl
    database: str
    username: str
    secret: str = field(repr=False)

    @property
    def has_api_key(self) -> bool:
        """Tell by its form: Odoo makes API keys of 40 hexadecimal digits."""
        return _API_KEY.fullmatch(self.secret) is not None
