"""The one way out for HTTP: guarded, without cookies and redirects, nothing unpacked.

What is asked for users goes through here: calls to Odoo, and messages to receivers of webhooks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
from yarl import URL

from odoosync.addresses.guard import AddressGuard
from odoosync.addresses.outbound import Outbound
from odoosync.addresses.sockets import Route, RoutedResponse, towards

_PROXY_WANTS_LOGIN: Final = 407


class GuardedClient:
    """Opens its pool with the first request, in the loop that runs then; close it with that loop.

    `pool` are options of aiohttp's connector. Every connection is judged by the guard in the socket
    factory, the one place that sees each address really connected to.
    """

    def __init__(
        self,
        guard: AddressGuard,
        outbound: Outbound | None,
        timeout: aiohttp.ClientTimeout,
        **pool: Any,
    ) -> None:
        self.guard = guard
        self._outbound = outbound or Outbound()
        self._timeout = timeout
        self._pool = pool
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def request(
        self,
        method: str,
        url: str,
        route: Route,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        total_s: float | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send a request, and yield its answer, of which the body is yet to be read.

        `route` notes what the request meets on its way. Raises what aiohttp raises, and OSError.
        """
        timeout = self._timeout
        if total_s is not None:
            timeout = aiohttp.ClientTimeout(
                total=total_s,
                connect=timeout.connect,
                sock_connect=timeout.sock_connect,
                sock_read=timeout.sock_read,
            )
        with towards(route):
            async with asyncio.timeout(timeout.connect):
                way = await self._outbound.addressed(URL(url, encoded=True), route, self.guard)
            way["headers"].update(headers)
            async with self._open().request(
                method,
                data=body,
                timeout=timeout,
                allow_redirects=False,
                trace_request_ctx=route,
                **way,
            ) as response:
                if route.proxied and response.status == _PROXY_WANTS_LOGIN:
                    raise aiohttp.ClientHttpProxyError(
                        response.request_info, (), status=response.status
                    )
                yield response

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        """Give the session; a new one when the loop that the old one lived in is gone."""
        loop = asyncio.get_running_loop()
        if self._session is None or self._session.closed or self._session._loop is not loop:  # noqa: SLF001
            tracing = aiohttp.TraceConfig()
            tracing.on_connection_create_end.append(_note_connection)
            tracing.on_connection_reuseconn.append(_note_reuse)
            self._session = aiohttp.ClientSession(
                connector=self._outbound.connector(self.guard, **self._pool),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Odoosync"},
                auto_decompress=False,  # it unpacks without a bound
                trust_env=False,
                response_class=RoutedResponse,
                trace_configs=[tracing],
            )
        return self._session


async def _note_connection(_session: object, context: Any, _params: object) -> None:
    context.trace_request_ctx.connected = True


async def _note_reuse(_session: object, context: Any, _params: object) -> None:
    context.trace_request_ctx.reused = True
