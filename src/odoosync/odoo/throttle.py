"""How many calls may be under way to one origin, and how far apart they start.

One origin's queue is never another's: a server that hangs holds up nobody else. Hosts of
Odoo's own cloud allow about one call a second and no parallel calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from odoosync.addresses.origin import Origin
from odoosync.odoo.errors import ServerBusy

_HOSTED = ("odoo.com",)


def is_hosted(host: str) -> bool:
    """Tell Odoo's own cloud by its domain; `odoo.sh` servers are the customer's own."""
    return any(host == name or host.endswith(f".{name}") for name in _HOSTED)


@dataclass(slots=True)
class _Gate:
    slots: asyncio.Semaphore
    spacing: float
    free_at: float = 0.0
    callers: int = 0


@dataclass(slots=True)
class Throttle:
    """`parallel` calls an origin; hosted ones get one, started `hosted_spacing` seconds apart."""

    parallel: int
    hosted_spacing: float
    _gates: dict[Origin, _Gate] = field(default_factory=dict)

    @asynccontextmanager
    async def slot(self, origin: Origin, *, patience: float) -> AsyncIterator[None]:
        """Wait for a free slot, at most `patience` seconds; raises ServerBusy after that."""
        gate = self._gate(origin)
        gate.callers += 1
        try:
            await _enter(gate, patience)
            try:
                await _keep_apart(gate)
                yield
            finally:
                gate.slots.release()
        finally:
            gate.callers -= 1
            # Origins are what users type: without this their number would only grow.
            if not gate.callers and not gate.spacing:
                del self._gates[origin]

    def _gate(self, origin: Origin) -> _Gate:
        gate = self._gates.get(origin)
        if gate is None:
            hosted = is_hosted(origin.host)
            gate = _Gate(
                slots=asyncio.Semaphore(1 if hosted else self.parallel),
                spacing=self.hosted_spacing if hosted else 0.0,
            )
            self._gates[origin] = gate
        return gate


async def _enter(gate: _Gate, patience: float) -> None:
    try:
        async with asyncio.timeout(patience):
            await gate.slots.acquire()
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
