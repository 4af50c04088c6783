"""Bytes to an Odoo and back, within limits. Knows HTTP and nothing of Odoo's protocols."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import aiohttp
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt
from yarl import URL

from odoosync.addresses.client import GuardedClient
from odoosync.addresses.guard import AddressGuard
from odoosync.addresses.origin import Origin
from odoosync.addresses.outbound import Outbound
from odoosync.errors import InvalidInput
from odoosync.odoo.body import ENCODINGS, take_body
from odoosync.odoo.bounds import PAGE_BYTES, Bound
from odoosync.odoo.errors import (
    ON_THE_WAY,
    AddressRefused,
    CutOff,
    OdooError,
    ProxyRefused,
    RedirectRefused,
)
from odoosync.odoo.faults import FOREIGN, Asked, translate
from odoosync.odoo.limiter import RATE_LIMITED, Limiters, Pace, is_hosted
from odoosync.odoo.messages import TOO_MANY_REQUESTS, Answer, Request, date_of
from odoosync.odoo.url import candidate_urls, parse_odoo_url

_MEBIBYTE = 2**20
_LONGEST_PAGE = 100
DEFAULT_SETTING: Final = "ODOOSYNC_DEFAULT_ODOO_URL"
SETTING: Final = "ODOOSYNC_ALLOWED_ODOO_HOSTS"


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """Seconds and bytes. `max_bytes` is the most that any answer may have: see `bounds`."""

    connect: float = 10.0
    read: float = 90.0
    total: float = 180.0
    max_bytes: int = PAGE_BYTES
    per_origin: int = 4
    slow: Pace = RATE_LIMITED


class Transport:
    """Calls to the Odoos of a process: one pool, within limits, past the guard."""

    def __init__(
        self, limits: TransportLimits, guard: AddressGuard, outbound: Outbound | None = None
    ) -> None:
        self._limits = limits
        self._default_origin = guard.default_origin
        timeout = aiohttp.ClientTimeout(
            total=limits.total,
            connect=limits.connect,
            sock_connect=limits.connect,
            sock_read=limits.read,
        )
        self._client = GuardedClient(guard, outbound, timeout, keepalive_timeout=15)
        self._limiters = Limiters(limits.slow)

    async def handle(self, request: Request) -> Answer:
        """Send a request and take its answer whole, as far as its bound lets it go."""
        total = self._limits.total if request.timeout is None else request.timeout
        origin = parse_odoo_url(request.url).origin
        attempts = AsyncRetrying(
            stop=stop_after_attempt(2 if request.repeatable else 1),
            retry=retry_if_exception_type(_Stale),
            reraise=True,
        )
        usual = Pace(parallel=self._limits.per_origin)
        limiter = self._limiters.of(origin, self._limits.slow if is_hosted(origin.host) else usual)
        async with limiter.slot(within_s=total):
            answer: Answer = await attempts(self._once, request, origin)
            if answer.status == TOO_MANY_REQUESTS:
                self._limiters.slow_down(origin, limiter, answer.retry_after)
            return answer

    async def close(self) -> None:
        await self._client.close()

    async def _once(self, request: Request, origin: Origin) -> Answer:
        asked = Asked(origin)
        try:
            return await self._exchange(request, asked)
        except OdooError as error:
            error.private = self._private(asked)
            raise
        except FOREIGN as error:
            fault = self._placed(translate(error, asked), origin)
            fault.private = self._private(asked)
        # Raised out here so that the foreign error, which holds the key, is not its context.
        if isinstance(fault, CutOff) and asked.went_stale:
            raise _Stale
        raise fault

    async def _exchange(self, request: Request, asked: Asked) -> Answer:
        async with self._client.request(
            request.method,
            request.url,
            asked,
            headers={"Accept-Encoding": ENCODINGS} | dict(request.headers),
            body=request.body,
            total_s=request.timeout,
        ) as response:
            asked.answered = True
            headers = {name.lower(): value for name, value in response.headers.items()}
            if 300 <= response.status < 400:  # noqa: PLR2004 - HTTP's class of redirects
                raise _redirect(URL(request.url, encoded=True), headers.get("location", ""))
            body = await take_body(response, self._most(request.bound))
            return Answer(response.status, headers, body, date_of(headers), self._private(asked))

    def _most(self, bound: Bound) -> int:
        """Return how many bytes an answer may have."""
        most = self._limits.max_bytes
        return most if bound.size is None else min(bound.size, most)

    def _private(self, asked: Asked) -> str:
        """Return the private address that a call met, other than that of the default Odoo."""
        return "" if asked.origin == self._default_origin else asked.private

    def _placed(self, fault: OdooError, origin: Origin) -> OdooError:
        """Name the address where it may be at fault, and whether it is the default one."""
        if fault.stage not in ON_THE_WAY or isinstance(fault, AddressRefused | ProxyRefused):
            return fault
        default = origin == self._default_origin
        return fault.at(f"{origin}, which is {DEFAULT_SETTING}" if default else str(origin))


class _Stale(CutOff):
    """The server closed a kept connection before it saw the call."""


def _redirect(asked: URL, location: str) -> OdooError:
    try:
        leads_to = asked.join(URL(location))
        target, *_ = candidate_urls(str(leads_to))
    except (ValueError, InvalidInput):
        return RedirectRefused(None)
    return RedirectRefused(str(target), _page(asked, leads_to))


def _page(asked: URL, leads_to: URL) -> str:
    """Return the path of a redirect that stays on its server and does not only move Odoo's own."""
    moved = leads_to.raw_path != asked.raw_path and leads_to.raw_path.endswith(asked.raw_path)
    stays = leads_to.origin() == asked.origin() and not moved
    return leads_to.raw_path[:_LONGEST_PAGE] if stays else ""


def odoo_guard(default_url: str, allowed: Iterable[str]) -> AddressGuard:
    """Return what guards the way to Odoo; the default URL is allowed. Raises InvalidInput."""
    return AddressGuard.of(SETTING, allowed, parse_odoo_url(default_url).origin)


def open_transport(
    default_url: str,
    allowed: Iterable[str],
    outbound: Outbound | None = None,
    *,
    page_megabytes: int = 64,
) -> Transport:
    """Make a process's one transport, guarded by what the settings allow."""
    limits = TransportLimits(max_bytes=page_megabytes * _MEBIBYTE)
    return Transport(limits, odoo_guard(default_url, allowed), outbound)
