"""Looking names up, in threads that nothing else needs, a few at a time for each tenant.

The system's look-up blocks a thread for as long as a name server is silent, and cannot be stopped.
In the threads that all else shares, silent names of one tenant would delay everybody.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp.abc import AbstractResolver, ResolveResult

PATIENCE_S: Final = 8.0
"""A second name server is asked after five seconds: it has some time, too."""
PER_TENANT: Final = 4
MOST: Final = 128
_NUMERIC: Final = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
Found = list[tuple[Any, ...]]
LookUp = Callable[[str, int, int], Found]
_tenant: ContextVar[int | None] = ContextVar("looked_up_for", default=None)


class LookUpTimedOut(TimeoutError):
    """No name server answered in time, or the tenant's other look-ups took all of it."""


@contextmanager
def looking_up_for(tenant_id: int) -> Iterator[None]:
    """Count what is looked up in this block, and in tasks begun in it, as this tenant's."""
    token = _tenant.set(tenant_id)
    try:
        yield
    finally:
        _tenant.reset(token)


def look_up(host: str, port: int, family: int) -> Found:
    """Ask the system, which may take long."""
    return list(
        socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    )


@dataclass(frozen=True, slots=True)
class _Job:
    tenant: int | None
    work: Callable[[], Found]
    future: Future[Found] = field(default_factory=Future)


class Lookups:
    """One a process. Each look-up has a thread that ends with it and keeps no process alive."""

    def __init__(self, ask: LookUp | None = None, *, patience_s: float = PATIENCE_S) -> None:
        self._ask = ask
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._waiting: list[_Job] = []
        self._running: Counter[int | None] = Counter()

    async def find(self, host: str, port: int, family: int = socket.AF_UNSPEC) -> Found:
        """Return what `getaddrinfo` does. Raises LookUpTimedOut, socket.gaierror."""
        ask = self._ask or look_up
        job = _Job(_tenant.get(), lambda: ask(host, port, family))
        with self._lock:
            self._waiting.append(job)
            self._begin()
        try:
            async with asyncio.timeout(self._patience_s):
                return await asyncio.wrap_future(job.future)
        except TimeoutError:
            raise LookUpTimedOut from None
        finally:
            self._forget(job)

    def _begin(self) -> None:
        """Start what may run now, the oldest first."""
        for job in tuple(self._waiting):
            if self._running.total() >= MOST:
                return
            if self._running[job.tenant] < PER_TENANT:
                self._waiting.remove(job)
                if job.future.set_running_or_notify_cancel():
                    self._running[job.tenant] += 1
                    threading.Thread(target=self._run, args=(job,), daemon=True).start()

    def _run(self, job: _Job) -> None:
        try:
            found = job.work()
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits
            job.future.set_exception(error)
        else:
            job.future.set_result(found)
        finally:
            with self._lock:
                self._running[job.tenant] -= 1
                if not self._running[job.tenant]:
                    del self._running[job.tenant]
                self._begin()

    def _forget(self, job: _Job) -> None:
        with self._lock:
            if job in self._waiting:
                self._waiting.remove(job)


class Resolver(AbstractResolver):
    """aiohttp's way to `Lookups`."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._lookups.find(host, port, family)
        return [
            ResolveResult(
                hostname=host,
                host=_with_scope(address),
                port=port,
                family=family,
                proto=protocol,
                flags=_NUMERIC,
            )
            for family, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        return


def _with_scope(address: tuple[Any, ...]) -> str:
    """Name the interface of an IPv6 address that holds on one alone."""
    scope = address[3] if len(address) > 3 else 0  # noqa: PLR2004 - IPv6 has four parts
    return f"{address[0]}%{scope}" if scope else str(address[0])
