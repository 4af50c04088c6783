"""Scheme, host and port of a URL that a person typed, in one spelling.

Nothing is added silently: a text without a scheme is an error, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from yarl import URL

from odoosync.errors import InvalidInput

MAX_HOST_LENGTH = 253
MAX_PORT = 65_535
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f\\]")
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_USER_INFO = re.compile(r"[^/]*//[^/?#]*@")


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
class UrlKind:
    """What a URL is for: how messages name it, and how long it may be."""

    name: str
    code: str
    example: str
    longest: int

    def invalid(self, why: str) -> InvalidInput:
        return InvalidInput(f"The {self.name} {why}.", code=self.code)


def parse_url(text: str, kind: UrlKind) -> tuple[URL, Origin]:
    """Read what a person typed or pasted; InvalidInput says what is wrong with it."""
    text = text.strip()
    if not text or len(text) > kind.longest or _NOT_IN_A_URL.search(text):
        raise kind.invalid(
            f"must be an address of at most {kind.longest} characters, without spaces,"
            f" such as {kind.example}"
        )
    try:
        url = URL(text)
        port = url.explicit_port
    except (ValueError, UnicodeError):
        raise kind.invalid(f"is not a valid address; write it like {kind.example}") from None
    if url.scheme not in _DEFAULT_PORTS:
        raise kind.invalid("must begin with https:// or http://")
    if _USER_INFO.match(text):
        raise kind.invalid("must not hold a user name or password; give those apart")
    if port is not None and not 0 < port <= MAX_PORT:
        raise kind.invalid(f"has a port outside 1 to {MAX_PORT}")
    host = _host(url.raw_host, kind)
    return url, Origin(url.scheme, host, port or _DEFAULT_PORTS[url.scheme])


def _host(raw: str | None, kind: UrlKind) -> str:
    host = (raw or "").lower().rstrip(".")
    if ":" in host:
        return _ipv6(host, kind)
    if len(host) > MAX_HOST_LENGTH or not _HOST_NAME.fullmatch(host):
        raise kind.invalid("has no valid host name")
    last = host.rsplit(".", 1)[-1]
    if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
        # The C library reads 127.1 and 2130706433 as addresses; people mean neither.
        try:
            return str(ip_address(host))
        except ValueError:
            raise kind.invalid("has a malformed IP address as its host") from None
    return host


def _ipv6(host: str, kind: UrlKind) -> str:
    if "%" in host:
        raise kind.invalid("must not name a network interface")
    try:
        return str(IPv6Address(host))
    except ValueError:
        raise kind.invalid("has a malformed IP address as its host") from None
