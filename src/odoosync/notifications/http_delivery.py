"""One message to one receiver over HTTP: guarded, bounded, without redirects.

Nothing of an answer is kept but its status and a short excerpt. Errors of aiohttp become sentences
here; none of them is raised.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from odoosync.addresses.client import GuardedClient
from odoosync.addresses.guard import CA_FILE, AddressGuard, private_text
from odoosync.addresses.origin import Origin, UrlKind, parse_url
from odoosync.addresses.outbound import PROXY, Outbound
from odoosync.addresses.sockets import Route
from odoosync.log import get_logger
from odoosync.notifications.delivery_result import DeliveryResult, answered

log = get_logger(__name__)
SETTING: Final = "ODOOSYNC_ALLOWED_WEBHOOK_HOSTS"
LONGEST_URL: Final = 2_000
_KIND: Final = UrlKind(
    "webhook URL", "invalid_webhook_url", "https://example.com/odoosync", LONGEST_URL
)
_LONGEST_WAIT_S: Final = 86_400.0
_HEADERS: Final = {"Content-Type": "application/json", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, and bytes of an answer that are looked at."""

    connect: float = 5.0
    total: float = 15.0
    answer: float = 2.0
    most_bytes: int = 2_048


def read_url(text: str) -> tuple[str, Origin]:
    """Return a receiver's URL as it is kept, and its origin. Raises InvalidInput."""
    url, origin = parse_url(text, _KIND)
    return str(url.with_fragment(None)), origin


def webhook_guard(allowed: Iterable[str]) -> AddressGuard:
    """Return what guards the way to receivers of webhooks. Raises InvalidInput."""
    return AddressGuard.of(SETTING, allowed)


def receiver_of(origin: Origin) -> str:
    """Return what all webhooks of one receiver share, whosever they are."""
    return f"{origin.host} {origin.port}"


class WebhookClient:
    """Opens its session with the first message, in the loop that runs then."""

    def __init__(
        self, guard: AddressGuard, limits: Limits = Limits(), outbound: Outbound | None = None
    ) -> None:
        self._limits = limits
        timeout = aiohttp.ClientTimeout(
            total=limits.total, connect=limits.connect, sock_connect=limits.connect
        )
        self._client = GuardedClient(guard, outbound, timeout, force_close=True)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> DeliveryResult:
        """Send one message and say what became of it; whatever fails is an result, too."""
        route = Route(read_url(url)[1])
        begun = time.monotonic()
        try:
            async with asyncio.timeout(self._limits.total):
                status, excerpt, later = await self._exchange(url, headers, body, route)
        except _FOREIGN as error:
            why = _NOT_LOOKED_UP if _looking_up(error, route) else self._sentence(error)
            result = DeliveryResult(_since(begun), error=route.refusal or why)
        else:
            result = answered(_since(begun), status, excerpt, later)
        if not route.private:
            return result
        if result.error is None:
            return replace(result, excerpt=None)
        return _hidden(result, route.origin.host)

    async def close(self) -> None:
        await self._client.close()

    async def _exchange(
        self, url: str, headers: Mapping[str, str], body: bytes, route: Route
    ) -> tuple[int, str, float | None]:
        all_headers = {**headers, **_HEADERS}
        async with self._client.request(
            "POST", url, route, headers=all_headers, body=body
        ) as response:
            seen = await _beginning(response, self._limits)
            later = _seconds(response.headers.get("Retry-After", ""))
            return response.status, seen.decode(errors="replace"), later

    def _sentence(self, error: Exception) -> str:
        if isinstance(error, TimeoutError) and not isinstance(
            error, aiohttp.ConnectionTimeoutError
        ):
            return f"The receiver did not answer within {self._limits.total:g} seconds."
        return next(sentence for kinds, sentence in _SENTENCES if isinstance(error, kinds))


def _looking_up(error: Exception, route: Route) -> bool:
    """Tell a time limit that ended before there was an address."""
    return isinstance(error, TimeoutError) and not (route.opened or route.handshakes)


def _hidden(result: DeliveryResult, host: str) -> DeliveryResult:
    """Tell the same of a private address, whatever is behind it; the log says what it was.

    A receiver that asks by 410 to be called no more is heard: no other server says that.
    """
    log.info("private_receiver", host=host, status=result.status, why=result.error)
    told = private_text(host, SETTING)
    return (
        replace(result, error=told, excerpt=None)
        if result.is_gone
        else DeliveryResult(0, error=told)
    )


async def _beginning(response: aiohttp.ClientResponse, limits: Limits) -> bytes:
    """Read no more of an answer than is looked at; the rest is dropped with the connection.

    The status has come by now: what follows late, or never, changes nothing.
    """
    seen = b""
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(limits.answer):
            while (left := limits.most_bytes - len(seen)) > 0:
                if not (chunk := await response.content.read(left)):
                    break
                seen += chunk
    return seen


def _seconds(text: str) -> float | None:
    return min(float(text), _LONGEST_WAIT_S) if text.isascii() and text.isdigit() else None


def _since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)


_FOREIGN: Final = (
    aiohttp.ClientError,
    HttpProcessingError,
    OSError,  # with TimeoutError, socket.gaierror and ssl.SSLError
    EOFError,
    ValueError,
)
_NOT_LOOKED_UP: Final = "The host name of the receiver could not be looked up."
# The first row that fits wins.
_SENTENCES: Final[tuple[tuple[tuple[type[Exception], ...], str], ...]] = (
    (
        (aiohttp.ClientProxyConnectionError,),
        f"The outbound proxy does not answer; {PROXY} names it.",
    ),
    (
        (aiohttp.ClientHttpProxyError,),
        f"The outbound proxy did not let the message through; {PROXY} names it.",
    ),
    (
        (aiohttp.ClientConnectorDNSError, socket.gaierror),
        _NOT_LOOKED_UP,
    ),
    (
        (aiohttp.ClientSSLError, ssl.SSLError),
        (
            "No secure connection could be made: it is no HTTPS, or the certificate is not "
            f"trusted. {CA_FILE} names an authority of your own."
        ),
    ),
    (
        (aiohttp.ConnectionTimeoutError,),
        "No connection to the receiver could be made in time.",
    ),
    ((aiohttp.ClientConnectorError,), "No connection to the receiver could be made."),
    ((Exception,), "The connection broke off, or the answer was no HTTP."),
)
