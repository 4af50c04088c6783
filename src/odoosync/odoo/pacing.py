"""Calls of one connection, kept apart and few at a time, as its owner wants it.

On top of what the transport keeps for each origin; it holds for this process.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakValueDictionary

from odoosync.odoo.messages import Answer, Handler, Request


@dataclass(frozen=True, slots=True)
class Pace:
    """Calls start `spacing` seconds apart at least; at most `parallel` are under way, 0 for any."""

    spacing: float = 0.0
    parallel: int = 0


RATE_LIMITED: Final = Pace(spacing=1.0, parallel=1)
"""Of a server that has answered 429."""


class Gate:
    """Where the calls of one connection queue, whichever run they belong to."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._slots = asyncio.Semaphore(pace.parallel) if pace.parallel else None
        self._free_at = 0.0

    async def enter(self) -> None:
        if self._slots is not None:
            await self._slots.acquire()
        try:
            await self._keep_apart()
        except asyncio.CancelledError:
            self.leave()
            raise

    def leave(self) -> None:
        if self._slots is not None:
            self._slots.release()

    async def _keep_apart(self) -> None:
        if not self.pace.spacing:
            return
        now = asyncio.get_running_loop().time()
        start = max(now, self._free_at)
        self._free_at = start + self.pace.spacing
        await asyncio.sleep(start - now)


@dataclass(frozen=True, slots=True)
class PacedHandler:
    """A transport whose calls pass the gate first; their own time limit begins behind it."""

    transport: Handler
    gate: Gate

    async def handle(self, request: Request) -> Answer:
        await self.gate.enter()
        try:
            return await self.transport.handle(request)
        finally:
            self.gate.leave()


@dataclass(slots=True)
class Gates:
    """The gates of the connections that are syncing; one whose pace was changed gets a new one."""

    _open: WeakValueDictionary[int, Gate] = field(default_factory=WeakValueDictionary)

    def handler(self, transport: Handler, connection_id: int, pace: Pace) -> Handler:
        """Return the transport itself where nothing is wanted of its pace."""
        if pace == Pace():
            return transport
        gate = self._open.get(connection_id)
        if gate is None or gate.pace != pace:
            gate = Gate(pace)
            self._open[connection_id] = gate
        return PacedHandler(transport, gate)
