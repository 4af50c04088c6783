"""Who calls, by address: the peer, or whom a trusted proxy names; nothing else is kept as one."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from odoosync.log import get_logger

_log = get_logger("odoosync.api")
_MOST_TOLD: Final = 20


class ClientAddress:
    """Believes `trusted` proxies, and warns once of each other one that speaks for callers."""

    def __init__(self, app: ASGIApp, *, trusted: Sequence[str]) -> None:
        self.app = app
        following: Any = self._go_on
        self.proxies = ProxyHeadersMiddleware(following, trusted_hosts=list(trusted))
        self.told: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["client"] = scope["peer"] = _plain(scope.get("client"))
            self._warn(scope)
        proxies: Any = self.proxies
        await proxies(scope, receive, send)

    async def _go_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (named := scope.get("client")) is not None:
            address = _address_of(named[0])
            scope["client"] = scope["peer"] if address is None else (address, named[1])
        await self.app(scope, receive, send)

    def _warn(self, scope: Scope) -> None:
        peer = scope["peer"][0] if scope["peer"] else ""
        if (
            peer not in self.proxies.trusted_hosts
            and peer not in self.told
            and len(self.told) < _MOST_TOLD
            and any(name == b"x-forwarded-for" for name, _ in scope["headers"])
        ):
            self.told.add(peer)
            _log.warning(
                "X-Forwarded-For came from an address that is not trusted, so all callers behind "
                "it count as one. If it is your proxy, add it to ODOOSYNC_TRUSTED_PROXIES.",
                address=peer,
            )


def _plain(client: tuple[str, int] | None) -> tuple[str, int] | None:
    """Write an IPv4 peer as one where the server listens on IPv6, too."""
    if client is None or not client[0].startswith("::ffff:"):
        return client
    return _address_of(client[0]) or client[0], client[1]


def _address_of(text: str) -> str | None:
    """Return the usual spelling of an address; None for what is none, or has a zone."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return None
        address = address.ipv4_mapped or address
    return str(address)
