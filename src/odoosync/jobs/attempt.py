"""One attempt at one generation: the body, its lease, and what becomes of the lane afterwards."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlalchemy.exc import SQLAlchemyError

from odoosync.db import Database
from odoosync.jobs import lanes
from odoosync.jobs.errors import LaneCancelled, LaneLost, LaneStopping
from odoosync.jobs.lanes import WORKER_LOST, Claim
from odoosync.jobs.retry import RetryPolicy, delay_before, gives_up
from odoosync.jobs.suspended import is_suspended
from odoosync.jobs.task import Done, Lease, Outcome, RetryIn, Task
from odoosync.log import get_logger
from odoosync.memory import forget

log = get_logger(__name__)

_DEAF_S: Final = 5.0
"""How long a body may take to end when it is cut off; then its fence is what stops it."""

Cut = Literal["over", "lost", "cancelled", "stopping"]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. A body that was told to end is cut off after `cancel_grace` or `stop_grace`."""

    lease: float = 8.0
    renew: float = 2.0
    look: float = 1.0
    cancel_grace: float = 1.0
    stop_grace: float = 5.0
    tick: float = 0.1
    breath: float = 0.02
    beat: float = 2.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What every attempt of a worker shares."""

    database: Database
    task: Task
    timing: Timing = field(default_factory=Timing)
    policy: RetryPolicy = field(default_factory=RetryPolicy)


async def attempt(desk: Desk, claim: Claim, lease: Lease) -> None:
    """Run the body under its lease, then finish the lane or put it back. Raises nothing."""
    try:
        if gives_up(desk.policy, attempts=claim.attempts, stalled_s=claim.stalled_s):
            await _give_up(desk, claim, claim.failed_with or WORKER_LOST)
            return
        await _settle(desk, claim, await _watched(desk, claim, lease))
    except LaneLost:
        log.info("lane_lost", lane=claim.lane_id, generation=claim.generation)
    except (SQLAlchemyError, OSError) as error:
        # Nothing is lost: the lease runs out, and the lane is taken from its checkpoint.
        log.warning("lane_left_to_its_lease", lane=claim.lane_id, error=type(error).__name__)
    except Exception:  # nobody waits for an attempt who could be told
        log.exception("lane_left_to_its_lease", lane=claim.lane_id)


_INTERNAL_ERROR: Final = "internal_error"
_WORKER_LOST = (
    "The work was given up after repeated failures: the last worker that took it was lost on the "
    "way. Look for a lack of memory in the system's log, then start it again."
)
_FAILED = (
    "The work was given up after repeated unexpected errors. They are in the service's log; "
    "start it again when their cause is gone."
)
_LASTING = "The work was given up: what it waited for did not come back. Start it again later."


async def _watched(desk: Desk, claim: Claim, lease: Lease) -> Outcome | BaseException:
    """Run the body until it ends or is cut off."""
    body = asyncio.ensure_future(desk.task.run(claim, lease))
    keeper = asyncio.create_task(_keep(desk, claim, lease))
    cut: Cut | None = None
    try:
        await asyncio.wait({body, keeper}, return_when=asyncio.FIRST_COMPLETED)
        if not body.done():
            cut = keeper.result()
            if cut == "over":  # it has only to come back from its last commit
                await asyncio.wait({body}, timeout=desk.timing.cancel_grace)
            body.cancel()
            await asyncio.wait({body}, timeout=_DEAF_S)
        return _ending(body, cut)
    finally:
        body.cancel()
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


async def _keep(desk: Desk, claim: Claim, lease: Lease) -> Cut:
    """Renew the lease and pass on what is asked, until there is a reason to cut the body off."""
    timing, renewed, told = desk.timing, time.monotonic(), None
    while True:
        await asyncio.sleep(min(timing.look, timing.renew))
        now = time.monotonic()
        try:
            renews = now - renewed >= timing.renew
            await _ask_lane(desk, claim, lease, renews=renews)
            renewed = now if renews else renewed
        except LaneLost:
            return "over" if await _is_over(desk, claim) else "lost"
        except (SQLAlchemyError, OSError) as error:
            log.warning("lease_not_renewed", lane=claim.lane_id, error=type(error).__name__)
        if lease.cancelled.is_set() or lease.stopping.is_set():
            told = told or now
            if lease.cancelled.is_set() and now - told >= timing.cancel_grace:
                return "cancelled"
            if lease.stopping.is_set() and now - told >= timing.stop_grace:
                return "stopping"


async def _ask_lane(desk: Desk, claim: Claim, lease: Lease, *, renews: bool) -> None:
    """Pass on what is asked, renewing the lease where it is time to.

    A person may have asked to cancel; what runs for a tenant that was suspended is put back.
    """
    async with desk.database.tenant(claim.tenant_id, write=renews) as tx:
        if renews:
            is_cancelled = await lanes.renew(tx, claim)
        else:
            is_cancelled = (await lanes.look(tx, claim)).cancel_requested
        if is_cancelled:
            lease.cancelled.set()
        if await is_suspended(tx):
            lease.stopping.set()


async def _is_over(desk: Desk, claim: Claim) -> bool:
    """Tell a generation that has ended from one that somebody else goes on with."""
    try:
        async with desk.database.tenant(claim.tenant_id, write=False) as tx:
            return await lanes.is_over(tx, claim)
    except (SQLAlchemyError, OSError):
        return False


def _ending(body: asyncio.Task[Outcome], cut: Cut | None) -> Outcome | BaseException:
    """Say how the body ended; what was asked for outweighs what it died of, not what it did."""
    if cut == "lost":
        return LaneLost()
    if cut == "over":
        return Done()
    if not body.done() or body.cancelled():
        error: BaseException | None = asyncio.CancelledError()
    else:
        error = body.exception()
    if error is None:
        return body.result()
    if isinstance(error, LaneLost) or cut is None:
        return error
    return LaneCancelled() if cut == "cancelled" else LaneStopping()


async def _settle(desk: Desk, claim: Claim, ending: Outcome | BaseException) -> None:
    """Turn how the body ended into how the lane goes on. Raises LaneLost."""
    match ending:
        case Done():
            await _finish(desk, claim)
        case RetryIn():
            await _retry(desk, claim, ending)
        case LaneLost():
            raise ending
        case LaneCancelled():
            await _abandon(desk, claim, ending.code, ending.message)
        case LaneStopping():
            await _put_back(desk, claim, 0.0)
        case _:
            log.error("attempt_failed", lane=claim.lane_id, exc_info=ending)
            forget(ending)
            await _retry(desk, claim, None)


async def _retry(desk: Desk, claim: Claim, wish: RetryIn | None) -> None:
    """Put the lane back for later, or give up by the policy."""
    async with desk.database.tenant(claim.tenant_id, write=False) as tx:
        lane = await lanes.look(tx, claim)
    if lane.cancel_requested:  # before the body looked: it failed sooner
        await _abandon(desk, claim, LaneCancelled.code, LaneCancelled().message)
        return
    if wish is not None and not wish.counts:
        await _put_back(desk, claim, wish.seconds)
        return
    attempts = lane.attempts + 1
    reason = wish.reason if wish else _INTERNAL_ERROR
    if gives_up(desk.policy, attempts=attempts, stalled_s=lane.stalled_s):
        await _give_up(desk, claim, reason)
        return
    chance = random.random()  # noqa: S311 - spreads load, guards nothing
    delay = wish.seconds if wish else delay_before(desk.policy, attempts=attempts, chance=chance)
    await _put_back(desk, claim, delay, failed_with=reason)


async def _give_up(desk: Desk, claim: Claim, reason: str) -> None:
    """End it for what the last attempt failed with."""
    sentence = {WORKER_LOST: _WORKER_LOST, _INTERNAL_ERROR: _FAILED}.get(reason, _LASTING)
    await _abandon(desk, claim, reason, sentence)


async def _abandon(desk: Desk, claim: Claim, code: str, message: str) -> None:
    """Have the task write down the end; where it cannot, ask it again much later."""
    try:
        await desk.task.abandon(claim, code, message)
    except LaneLost:
        raise
    except Exception:  # the task is foreign code to this room
        log.exception("abandon_failed", lane=claim.lane_id)
        await _put_back(desk, claim, desk.policy.longest_s)
        return
    await _finish(desk, claim)


async def _finish(desk: Desk, claim: Claim) -> None:
    """End the generation, unless the task ended it beside its last rows. Raises LaneLost."""
    async with desk.database.tenant(claim.tenant_id) as tx:
        if not await lanes.is_over(tx, claim):
            await lanes.finish(tx, claim)


async def _put_back(
    desk: Desk, claim: Claim, delay_s: float, *, failed_with: str | None = None
) -> None:
    async with desk.database.tenant(claim.tenant_id) as tx:
        await lanes.put_back(tx, claim, delay_s, failed_with=failed_with)
