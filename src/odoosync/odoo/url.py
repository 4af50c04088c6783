"""Addresses of Odoos: what a person typed may mean, and the one spelling that is stored.

People copy what their browser or a manual shows: a page, an endpoint, a host without a scheme.
`candidate_urls` lists what that may mean; `locating` asks the server which one it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from odoosync.addresses.kinds import kind_of
from odoosync.addresses.origin import Origin, UrlKind, parse_url
from odoosync.errors import InvalidInput
from odoosync.odoo.limiter import is_hosted

MAX_URL_LENGTH: Final = 500
MAX_PATH_PARTS: Final = 3
_KIND: Final = UrlKind("Odoo URL", "invalid_odoo_url", "https://example.odoo.com", MAX_URL_LENGTH)
_PART: Final = re.compile(r"[A-Za-z0-9._~-]+")
_PATH: Final = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_ENDPOINT: Final = re.compile(r"/(web|jsonrpc|xmlrpc|json/[12])(/.*)?$")
"""Where Odoo itself begins; the path before it is its own. `/odoo` may be either: it is asked."""
_LANGUAGE: Final = re.compile(r"[a-z]{2}|[a-z]{2,3}(?=[_@])(_[A-Za-z0-9]{2,4})?(@[A-Za-z]+)?")
"""What a website has before its pages, such as `fr` and `es_419`. Odoo answers below it, too."""
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_BROKEN_SCHEME: Final = re.compile(r"(?i)https?/|[a-z][a-z0-9+.-]*:(?!\d)")
BLANKS: Final = r"\s\u00ad\u200b-\u200d\u2060\ufeff"
"""Characters that nobody sees, as a part of a pattern."""
_AROUND: Final = re.compile(rf"^[{BLANKS}]+|[{BLANKS}]+$")
_LOCAL_NAME: Final = re.compile(r"localhost|[^.:]+|.+\.(localhost|local|lan|internal|home\.arpa)")


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
    """Read an address that is complete, such as a stored one. Raises InvalidInput."""
    url, origin = parse_url(text, _KIND)
    path = url.raw_path.rstrip("/")
    if not _PATH.fullmatch(path):
        raise _KIND.invalid("has a path that no Odoo is published under; leave it out")
    return OdooUrl(origin, path)


def candidate_urls(text: str) -> tuple[OdooUrl, ...]:
    """Return what a typed or pasted address may mean, the likeliest first. Raises InvalidInput."""
    address = trimmed(text).partition("#")[0].partition("?")[0]
    found: list[OdooUrl] = []
    for complete in _with_scheme(address):
        url, origin = parse_url(complete, _KIND)
        found += [OdooUrl(origin, path) for path in _paths(origin, url.raw_path)]
    return tuple(found)


def trimmed(text: str) -> str:
    """Take off what surrounds a text that was copied: blanks, line ends, what nobody sees."""
    return _AROUND.sub("", text)


def without_blanks(text: str) -> str:
    """Take off the same wherever it stands, as in a text that was copied from two lines."""
    return re.sub(f"[{BLANKS}]", "", text)


def origin_of(text: str) -> Origin | None:
    """Give the origin of any URL that a server sent, or None when it has none worth naming."""
    try:
        return parse_url(text, _KIND)[1]
    except InvalidInput:
        return None


def _with_scheme(address: str) -> list[str]:
    """Take an address without a scheme for https; for http as well where it stays in the house.

    A secret goes over the Internet in clear only where that was typed.
    """
    if _SCHEME.match(address) or not address:
        return [address]
    if _BROKEN_SCHEME.match(address):
        raise _KIND.invalid("must begin with https:// or http://")
    rest = address.lstrip("/")
    _, origin = parse_url(f"https://{rest}", _KIND)
    schemes = ("https", "http") if _is_local(origin.host) else ("https",)
    return [f"{scheme}://{rest}" for scheme in schemes]


def _paths(origin: Origin, raw: str) -> list[str]:
    """List the prefixes that Odoo may be published under, the longest first, the root among them.

    A code of a language comes last: the same Odoo answers without it.
    """
    if is_hosted(origin.host):
        return [""]
    parts: list[str] = []
    for part in filter(None, _ENDPOINT.sub("", re.sub("/+", "/", raw)).split("/")):
        if len(parts) == MAX_PATH_PARTS or not _PART.fullmatch(part):
            break
        parts.append(part)
    prefixes = [parts[:count] for count in range(len(parts), -1, -1)]
    prefixes.sort(key=lambda prefix: bool(prefix) and _LANGUAGE.fullmatch(prefix[-1]) is not None)
    return ["".join(f"/{part}" for part in prefix) for prefix in prefixes]


def _is_local(host: str) -> bool:
    try:
        return kind_of(ip_address(host)) in {"loopback", "private"}
    except ValueError:
        return _LOCAL_NAME.fullmatch(host) is not None
