"""Sockets that the guard lets open: aiohttp's `socket_factory`, which sees each address in use.

A resolver never sees addresses that stand in the URL itself, and a check before the call would see
another answer of the name server than the call does.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import aiohttp
from aiohappyeyeballs import AddrInfoType
from aiohttp.connector import Connection

from odoosync.addresses.guard import AddressGuard, Verdict
from odoosync.addresses.kinds import is_public
from odoosync.addresses.origin import Origin


@dataclass(slots=True)
class Route:
    """Where one call goes, and what its sockets met on the way. `proxied`: they lead to a proxy.

    `private` is the last address, with its port, that is no public one; empty where all are.
    `connected` and `reused` tell a new connection that stands from one that was kept.
    """

    origin: Origin
    proxied: bool = False
    private: str = ""
    refused: list[str] = field(default_factory=list)
    opened: int = 0
    handshakes: int = 0
    connected: bool = False
    reused: bool = False

    def judge(self, guard: AddressGuard, address: str) -> Verdict:
        """Ask the guard about an address of this call, and remember what it says."""
        verdict = guard.verdict(self.origin, address)
        self.pass_by(address)
        if not verdict.allowed:
            self.refused.append(verdict.reason)
        return verdict

    def pass_by(self, address: str) -> None:
        if not is_public(address):
            self.private = f"{address} {self.origin.port}"

    @property
    def refusal(self) -> str | None:
        """The guard's reason, where no address was left to connect to."""
        return self.refused[0] if self.refused and not self.opened else None


_route: ContextVar[Route | None] = ContextVar("route", default=None)


@contextmanager
def towards(route: Route) -> Iterator[None]:
    """Judge the sockets that are opened in this block by the origin that was asked for."""
    token = _route.set(route)
    try:
        yield
    finally:
        _route.reset(token)


def guarded_sockets(guard: AddressGuard) -> Callable[[AddrInfoType], socket.socket]:
    """Return a factory that opens sockets to what the guard allows, within `towards` alone."""

    def open_judged(info: AddrInfoType) -> socket.socket:
        route = _route.get()
        if route is None:
            raise PermissionError(errno.EACCES, "nobody said where this call goes")
        verdict = route.judge(guard, str(info[4][0]))
        if not verdict.allowed:
            raise PermissionError(errno.EACCES, verdict.reason)
        return open_socket(info)

    return open_judged


class RoutedResponse(aiohttp.ClientResponse):
    """Has a route know where a kept connection leads, for which no socket was opened."""

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        route = _route.get()
        if route is not None and not route.proxied and connection.transport is not None:
            address, *_ = connection.transport.get_extra_info("peername") or ("",)
            route.pass_by(str(address))
        return await super().start(connection)


def open_socket(info: AddrInfoType) -> socket.socket:
    """Open a socket towards a proxy, or to what was judged."""
    route = _route.get()
    if route is not None:
        route.opened += 1
    family, kind, protocol, _, _ = info
    return socket.socket(family, kind, protocol)


class _Handshake(ssl.SSLObject):
    def do_handshake(self) -> None:
        route = _route.get()
        if route is not None:
            route.handshakes += 1
        super().do_handshake()


def noting_handshakes(context: ssl.SSLContext) -> ssl.SSLContext:
    """Have a route know that a secure connection was begun: where that hangs, it is told so."""
    context.sslobject_class = _Handshake
    return context
