"""What a caller may keep open, before any request of theirs is whole.

The application sees a request once its head is read. Heads without end, requests that never end and
idle connections are bounded here, where the server reads them.
"""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from http import HTTPStatus
from ipaddress import ip_address, ip_network
from typing import ClassVar, Final, Self

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from odoosync.accounts.throttle import network_of
from odoosync.api.problems import MEDIA_TYPE, problem

LARGEST_HEAD: Final = 32 * 1024


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections may be open, in all and of one address, and how long a request may take.

    A request must be whole `request_s` seconds after its connection was made, or after its first
    byte. Proxies in `trusted` may have as many connections as there are.
    """

    overall: int = 1_000
    per_address: int = 100
    request_s: float = 10.0
    trusted: Collection[str] = ()

    def within_open_files(self) -> Self:
        """Leave half of the files that this process may open to databases and to Odoo."""
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if files == resource.RLIM_INFINITY:
            return self
        return replace(self, overall=min(self.overall, files // 2))

    def trusts(self, address: str) -> bool:
        """Tell whether this is the address of a proxy, by which many callers come."""
        plain = address.removeprefix("::ffff:")  # an IPv4 caller of a server that speaks both
        return any(ip_address(plain) in ip_network(entry) for entry in self.trusted)


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with a limit for each of what it lets grow."""

    limits = ConnectionLimits()
    open_from: ClassVar[Counter[str]] = Counter()
    """How many connections are open, by the networks that they come from."""
    _network = ""
    _unfinished: asyncio.TimerHandle | None = None
    _in_head = True
    _received = 0
    """Bytes that have come since the head began, as long as it is not whole."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._network = network_of(self.client[0] if self.client else "")
        self.open_from[self._network] += 1
        if self._is_one_too_many():
            self._refuse(
                503,
                "too_many_connections",
                "Too many connections are open from here. Close some, or try again in 10 seconds.",
            )
        else:
            self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self.open_from[self._network] -= 1
        if not self.open_from[self._network]:
            del self.open_from[self._network]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._unfinished is None and self._in_head:
            self._await_request()
        self._received += len(data)
        super().data_received(data)
        if self._in_head and self._received > LARGEST_HEAD:
            self._refuse_head()

    def on_headers_complete(self) -> None:
        if self._length_of_head() > LARGEST_HEAD:
            raise ValueError  # which ends the parsing, and calls `send_400_response`
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head, self._received = True, 0
        self._stop_waiting()

    def send_400_response(self, msg: str) -> None:
        if self._length_of_head() > LARGEST_HEAD:
            self._refuse_head()
        else:
            super().send_400_response(msg)

    def _is_one_too_many(self) -> bool:
        limits, address = self.limits, self.client[0] if self.client else ""
        if len(self.connections) > limits.overall:
            return True
        return self.open_from[self._network] > limits.per_address and not limits.trusts(address)

    def _length_of_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers or ())

    def _await_request(self) -> None:
        self._unfinished = self.loop.call_later(self.limits.request_s, self._give_up)

    def _stop_waiting(self) -> None:
        if self._unfinished is not None:
            self._unfinished.cancel()
            self._unfinished = None

    def _give_up(self) -> None:
        seconds = f"{self.limits.request_s:g}"
        self._refuse(
            408,
            "request_timeout",
            f"The request was not whole within {seconds} seconds. Send it again, at once.",
        )

    def _refuse_head(self) -> None:
        self._refuse(
            431,
            "headers_too_large",
            "The address and the headers are over 32 KiB. Send fewer or shorter ones.",
        )

    def _refuse(self, status: int, code: str, detail: str) -> None:
        """Say why, unless an answer has begun already, and hang up."""
        self._stop_waiting()
        if self.transport.is_closing():
            return
        cycle = self.cycle
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(_answer(status, code, detail))
        self.transport.close()


def limited_protocol(limits: ConnectionLimits) -> type[LimitedProtocol]:
    """Return a protocol for uvicorn, which makes one for each connection by itself."""
    of_its_own = {"limits": limits, "open_from": Counter()}
    return type("LimitedProtocol", (LimitedProtocol,), of_its_own)


def _answer(status: int, code: str, detail: str) -> bytes:
    body = problem(status, code, detail).body
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + bytes(body)
