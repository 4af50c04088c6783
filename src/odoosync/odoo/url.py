"""One spelling for each Odoo address, so that equal addresses compare equal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from odoosync.addresses.origin import Origin, UrlKind, parse_url
from odoosync.errors import InvalidInput

MAX_URL_LENGTH: Final = 500
_KIND: Final = UrlKind("Odoo URL", "invalid_odoo_url", "https://example.odoo.com", MAX_URL_LENGTH)
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
# A browser's address bar shows these behind the place where Odoo itself begins.
_ODOO_PAGES = re.compile(r"/(web|odoo)(/.*)?$")


@dataclass(frozen=True, slots=True)
class OdooUrl:
    """`path` is empty, or the prefix under which a proxy publishes Odoo."""

    origin: Origin
    path: str = ""

    def __str__(self) -> str:
        return f"{self.origin}{self.path}"

    def join(self, path: str) -> str:
        return f"{self}{path}"


def parse_odoo_url(text: str) -> OdooUrl:
    """Normalise what a person typed or pasted; InvalidInput says what is wrong with it."""
    url, origin = parse_url(text, _KIND)
    return OdooUrl(origin, _path(url.raw_path))


def origin_of(text: str) -> Origin | None:
    """Give the origin of any URL that a server sent, or None when it has none worth naming."""
    try:
        return parse_odoo_url(text).origin
    except InvalidInput:
        return None


def _path(raw: str) -> str:
    path = _ODOO_PAGES.sub("", raw).rstrip("/")
    if not _PATH.fullmatch(path) or any(part in {".", ".."} for part in path.split("/")):
        raise _KIND.invalid("has a path that no Odoo is published under; leave it out")
    return path
