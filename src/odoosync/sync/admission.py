"""Before an attempt asks its Odoo, and after: held back by the breaker, and heard by it.

An Odoo that hangs must cost nobody else a place: while its breaker is open attempts end at once
and come back later, and the one that probes knocks for some seconds before it begins its work.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from odoosync.connections import store as connections
from odoosync.db import Tx
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.task import Lease, RetryIn
from odoosync.odoo.errors import InvalidCredentials, OdooError, TimedOut
from odoosync.odoo.messages import Answer, Handler, Request
from odoosync.sync import breaker, runs, standing
from odoosync.sync.breaker import Go, Probe, Wait
from odoosync.sync.engine.open_odoo import Equipment, open_odoo
from odoosync.sync.runs import RunFilter

KNOCK_S: Final = 15.0
LOOK_AGAIN_S: Final = 300.0
"""What waits longer looks in between: its credentials may be new."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """What `leave` must know again: when the attempt began, and how far its run was then."""

    begun: datetime
    pages: int
    clean: bool


@dataclass(frozen=True, slots=True)
class Patient:
    """A transport that tells the attempt's lease while an answer is waited for."""

    transport: Handler
    lease: Lease

    async def handle(self, request: Request) -> Answer:
        with self.lease.waiting():
            return await self.transport.handle(request)


async def enter(tools: Equipment, claim: Claim) -> Admitted | Wait:
    """Let an attempt in, or say how long it waits. Raises OdooError where the login is rejected."""
    async with tools.database.tenant(claim.tenant_id, write=False) as tx:
        pages = (await runs.get(tx, claim.run_id)).pages
        clean = await standing.is_clean(tx, claim.connection_id)
    begun = tools.clock()
    if not clean:
        async with tools.database.tenant(claim.tenant_id) as tx:
            turn: Go | Probe | Wait = await standing.enter(tx, claim.connection_id, begun)
        if isinstance(turn, Probe):
            turn = await _probe(tools, claim, begun)
        if isinstance(turn, Wait):
            return turn
    return Admitted(begun, pages, clean)


async def leave(tools: Equipment, claim: Claim, admitted: Admitted) -> None:
    """Forget earlier failures after a success."""
    if not admitted.clean:
        async with tools.database.tenant(claim.tenant_id) as tx:
            await standing.note_success(tx, claim.connection_id, tools.clock())


async def note_failure(
    tx: Tx, claim: Claim, admitted: Admitted, error: OdooError, now: datetime
) -> None:
    """Count a failed attempt; one that stored pages was answered before it failed."""
    progressed = (await runs.get(tx, claim.run_id)).pages > admitted.pages
    await _say_until_when(tx, claim, error, answered=admitted.begun if progressed else None)
    await standing.note_failure(
        tx, claim.connection_id, error, begun=admitted.begun, now=now, progressed=progressed
    )


async def wait(tools: Equipment, claim: Claim, turn: Wait) -> RetryIn:
    """Write into the history why a run waits, and say when to look again.

    The run is not held to its fence here: another attempt may have ended it meanwhile.
    """
    async with tools.database.tenant(claim.tenant_id) as tx:
        connection = await connections.get(tx, claim.connection_id)
        state = await standing.of(tx, connection)
        why = standing.told(connection, state)
        await runs.update_open(tx, claim.run_id, {"error_code": state.code, "error": why})
    return RetryIn(min(turn.span.total_seconds(), LOOK_AGAIN_S), state.code, counts=False)


async def _probe(tools: Equipment, claim: Claim, begun: datetime) -> Go | Wait:
    error = await _knock(tools, claim)
    async with tools.database.tenant(claim.tenant_id) as tx:
        now = tools.clock()
        if error is None or not breaker.concerns(error):
            await standing.note_knock(tx, claim.connection_id, now)
            return Go()
        await _say_until_when(tx, claim, error)
        after = await standing.note_failure(tx, claim.connection_id, error, begun=begun, now=now)
    if after.rejected or after.retry_at is None:
        raise error
    return Wait(after.retry_at - now)


async def _say_until_when(
    tx: Tx, claim: Claim, error: OdooError, *, answered: datetime | None = None
) -> None:
    """Let an error that rejects the credentials say when they were last seen to work."""
    if not isinstance(error, InvalidCredentials):
        return
    connection = await connections.get(tx, claim.connection_id)
    succeeded = RunFilter(connection_id=connection.id, status="succeeded")
    ended = [run.finished_at for run in await runs.newest(tx, succeeded, limit=1)]
    seen = [one for one in (connection.tested_at, answered, *ended) if one is not None]
    error.worked_until(max(seen, default=connection.created_at))


async def _knock(tools: Equipment, claim: Claim) -> OdooError | None:
    """Log in anew, in a short time: after an outage the server may be another version, too."""
    async with tools.database.tenant(claim.tenant_id, write=False) as tx:
        connection = await connections.get(tx, claim.connection_id)
        secret = await connections.secret_of(tx, tools.key_ring, connection)
    try:
        async with asyncio.timeout(KNOCK_S):
            await open_odoo(tools, connection, secret.reveal(), anew=True)
    except TimeoutError:
        return TimedOut()
    except OdooError as error:
        return error
    return None
