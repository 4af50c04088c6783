"""One spelling for each Odoo address, so that equal addresses compare equal.

Nothing is added silently: a text without a scheme is an error, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from yarl import URL

from odoosync.errors import InvalidInput

MAX_URL_LENGTH = 500
MAX_HOST_LENGTH = 253
MAX_PORT = 65_535
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f\\]")
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_USER_INFO = re.compile(r"[^/]*//[^/?#]*@")
# A browser's address bar shows these behind the place where Odoo itself begins.
_ODOO_PAGES = re.compile(r"/(web|odoo)(/.*)?$")


@dataclass(frozen=True, slots=True)
class Origin:
    """`host` is lower-case and IDNA-encoded; IPv6 literals stand without brackets."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        shown = "" if self.port == _DEFAULT_PORTS.get(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{host}{shown}"


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
    text = text.strip()
    if not text or len(text) > MAX_URL_LENGTH or _NOT_IN_A_URL.search(text):
        raise _invalid(
            f"must be an address of at most {MAX_URL_LENGTH} characters, without spaces,"
            " such as https://example.odoo.com"
        )
    try:
        url = URL(text)
        port = url.explicit_port
    except (ValueError, UnicodeError):
        raise _invalid("is not a valid address; write it like https://example.odoo.com") from None
    if url.scheme not in _DEFAULT_PORTS:
        raise _invalid("must begin with https:// or http://")
    if _USER_INFO.match(text):
        raise _invalid("must not hold a user name or password; give those apart")
    if port is not None and not 0 < port <= MAX_PORT:
        raise _invalid(f"has a port outside 1 to {MAX_PORT}")
    origin = Origin(url.scheme, _host(url.raw_host), port or _DEFAULT_PORTS[url.scheme])
    return OdooUrl(origin, _path(url.raw_path))


def origin_of(text: str) -> Origin | None:
    """Give the origin of any URL that a server sent, or None when it has none worth naming."""
    try:
        return parse_odoo_url(text).origin
    except InvalidInput:
        return None


def _host(raw: str | None) -> str:
    host = (raw or "").lower().rstrip(".")
    if ":" in host:
        return _ipv6(host)
    if len(host) > MAX_HOST_LENGTH or not _HOST_NAME.fullmatch(host):
        raise _invalid("has no valid host name")
    last = host.rsplit(".", 1)[-1]
    if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
        # The C library reads 127.1 and 2130706433 as addresses; people mean neither.
        try:
            return str(ip_address(host))
        except ValueError:
            raise _invalid("has a malformed IP address as its host") from None
    return host


def _ipv6(host: str) -> str:
    if "%" in host:
        raise _invalid("must not name a network interface")
    try:
        return str(IPv6Address(host))
    except ValueError:
        raise _invalid("has a malformed IP address as its host") from None


def _path(raw: str) -> str:
    path = _ODOO_PAGES.sub("", raw).rstrip("/")
    if not _PATH.fullmatch(path) or any(part in {".", ".."} for part in path.split("/")):
        raise _invalid("has a path that no Odoo is published under; leave it out")
    return path


def _invalid(why: str) -> InvalidInput:
    return InvalidInput(f"The Odoo URL {why}.", code="invalid_odoo_url")
