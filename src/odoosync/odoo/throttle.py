"""How many calls may be under way to one origin, and how far apart they start.

One origin's queue is never another's: a server that hangs holds up nobody else. Hosts of
Odoo's own cloud allow about one call a second and no parallel calls; so does, from then on,
whatever server has answered 429.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from odoosync.addresses.origin import Origin
from odoosync.odoo.errors import ServerBusy

_HOSTED = ("odoo.com",)
_MAX_PAUSE_S = 10.0


def is_hosted(host: str) -> bool:
    """Tell Odoo's own cloud by its domain; `odoo.sh` servers are the customer's own."""
    return any(host == name or host.endswith(f".{name}") for name in _HOSTED)


@dataclass(slots=True)
class _Gate:
    """Where calls start `spacing` seconds apart they go one by one."""

    slots: asyncio.Semaphore
    spacing: float
    one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    callers: int = 0


@dataclass(slots=True)
class Throttle:
    """`parallel` calls an origin; slow ones get one, started `slow_spacing` seconds apart."""

    parallel: int
    slow_spacing: float
    _gates: dict[Origin, _Gate] = field(default_factory=dict)

    @asynccontextmanager
    async def slot(self, origin: Origin, *, patience: float) -> AsyncIterator[None]:
        """Wait for a free slot, at most `patience` seconds; raises ServerBusy after that."""
        gate = self._gate(origin)
        gate.callers += 1
        try:
            async with AsyncExitStack() as held:
                await _enter(gate, held, patience)
                await _keep_apart(gate)
                yield
        finally:
            gate.callers -= 1
            # Origins are what users type: without this their number would only grow.
            if not gate.callers and not gate.spacing:
                del self._gates[origin]

    def slow_down(self, origin: Origin, retry_after: float | None) -> None:
        """Ask this origin slowly from now on, and not at all for the first seconds."""
        gate = self._gate(origin)
        gate.spacing = self.slow_spacing
        pause = min(retry_after or 0.0, _MAX_PAUSE_S)
        gate.free_at = max(gate.free_at, asyncio.get_running_loop().time() + pause)

    def _gate(self, origin: Origin) -> _Gate:
        gate = self._gates.get(origin)
        if gate is None:
            spacing = self.slow_spacing if is_hosted(origin.host) else 0.0
            gate = _Gate(asyncio.Semaphore(self.parallel), spacing)
            self._gates[origin] = gate
        return gate


async def _enter(gate: _Gate, held: AsyncExitStack, patience: float) -> None:
    try:
        async with asyncio.timeout(patience):
            await held.enter_async_context(gate.slots)
            if gate.spacing:
                await held.enter_async_context(gate.one_by_one)
    except TimeoutError:
        raise ServerBusy(
            "Too many calls to this Odoo are under way. Try again in a while."
        ) from None


async def _keep_apart(gate: _Gate) -> None:
    if not gate.spacing:
        return
    now = asyncio.get_running_loop().time()
    start = max(now, gate.free_at)
    gate.free_at = start + gate.spacing
    await asyncio.sleep(start - now)
