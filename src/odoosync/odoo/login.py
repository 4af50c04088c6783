"""Who logs in where. A value; the secret is in no repr of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Self

from odoosync.odoo.url import BLANKS, OdooUrl, candidate_urls, trimmed, without_blanks

_API_KEY = re.compile(r"[0-9a-f]{40}")
_ALMOST_A_KEY = re.compile(r"[0-9A-Fa-f]{30,60}")
_AROUND = rf"[{BLANKS}\"'`\u00ab\u00b4\u00bb\u2018-\u201f]*"
_WRAPPED = re.compile(
    rf"(?is){_AROUND}((Authorization:\s*)?Bearer\s+)?{_AROUND}(?P<bare>.*?){_AROUND}"
)
"""What surrounds a key that was copied from a header, a program or a chat."""


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
    def is_wrapped(self) -> bool:
        """Tell whether the secret begins or ends with what may have been copied by mistake."""
        return _unwrapped(self.secret) != self.secret

    @property
    def is_almost_a_key(self) -> bool:
        """Tell whether the secret looks like an API key that was not copied whole."""
        bare = without_blanks(_unwrapped(self.secret))
        return not self.has_api_key and _ALMOST_A_KEY.fullmatch(bare) is not None


def typed_secret(secret: str) -> str:
    """Return the API key that was pasted, without what else came along, or an unchanged password.

    Blanks, line ends, quotes and `Bearer` are no part of a key. 40 hexadecimal digits are left.
    """
    bare = without_blanks(_unwrapped(secret))
    return bare if _API_KEY.fullmatch(bare) else secret


def _unwrapped(secret: str) -> str:
    found = _WRAPPED.fullmatch(secret)
    return found["bare"] if found else secret
