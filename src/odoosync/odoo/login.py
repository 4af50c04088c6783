"""Who logs in where. A value; the secret is in no repr of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Self

from odoosync.odoo.url import OdooUrl, candidate_urls, trimmed

_API_KEY = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Login:
    """`secret` is a password or an API key; Odoo 16 to 18 take either in the same place.

    `other_urls` are what a typed address may mean beside `url`, until the server was asked.
    """

    url: OdooUrl
    database: str
    username: str
    secret: str = field(repr=False)
    other_urls: tuple[OdooUrl, ...] = ()

    @classmethod
    def typed(cls, *, url: str, database: str, username: str, secret: str) -> Self:
        """Read what a person typed or pasted. Raises InvalidInput."""
        first, *others = candidate_urls(url)
        names = (trimmed(database), trimmed(username))
        return cls(first, *names, typed_secret(secret), tuple(others))

    @property
    def candidates(self) -> tuple[OdooUrl, ...]:
        return (self.url, *self.other_urls)

    def at(self, url: OdooUrl) -> Self:
        """Return the same login where it is known to be."""
        return replace(self, url=url, other_urls=())

    @property
    def has_api_key(self) -> bool:
        """Tell by its form: Odoo makes API keys of 40 hexadecimal digits."""
        return _API_KEY.fullmatch(self.secret) is not None

    @property
    def has_blanks(self) -> bool:
        """Tell whether the secret begins or ends with what may have been copied by mistake."""
        return self.secret != trimmed(self.secret)


def typed_secret(secret: str) -> str:
    """Take off the blanks around an API key; a password is never changed."""
    bare = trimmed(secret)
    return bare if _API_KEY.fullmatch(bare) else secret
