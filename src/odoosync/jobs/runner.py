"""One attempt at one run: the body, its lease, and what becomes of the run afterwards."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlalchemy.exc import SQLAlchemyError

from odoosync.clock import utc_now
from odoosync.db import Database
from odoosync.jobs import run_queue
from odoosync.jobs.errors import JobCancelled, LeaseLost, WorkerShutdown
from odoosync.jobs.retry import RetryPolicy
from odoosync.jobs.run_queue import WORKER_LOST, Claim
from odoosync.jobs.suspended import is_suspended
from odoosync.jobs.task import Done, Lease, Outcome, RetryIn, Task
from odoosync.log import get_logger
from odoosync.memory import forget

log = get_logger(__name__)

_CANCEL_TIMEOUT_S: Final = 5.0
"""How long a body may take to end when it is cut off; then its fence is what stops it."""

StopReason = Literal["over", "lost", "cancelled", "stopping"]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. A body that was told to end is cut off after `cancel_grace` or `stop_grace`."""

    lease: float = 8.0
    renew: float = 2.0
    look: float = 1.0
    cancel_grace: float = 1.0
    stop_grace: float = 5.0
    poll: float = 0.04
    breath: float = 0.005
    beat: float = 2.0


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """What every attempt of a worker shares."""

    database: Database
    task: Task
    timing: Timing = field(default_factory=Timing)
    policy: RetryPolicy = field(default_factory=RetryPolicy)


async def attempt(context: WorkerContext, claim: Claim, lease: Lease) -> None:
    """Run the body under its lease, then finish the run or put it back. Raises nothing."""
    try:
        if context.policy.gives_up(failures=claim.failures, stalled_s=claim.stalled_s):
            await _give_up(context, claim, claim.failed_with or WORKER_LOST)
            return
        await _settle(context, claim, await _supervise(context, claim, lease))
    except LeaseLost:
        log.info("lease_lost", run=claim.run_id)
    except (SQLAlchemyError, OSError) as error:
        # Nothing is lost: the lease runs out, and the run is taken from its checkpoint.
        log.warning("run_left_to_its_lease", run=claim.run_id, error=type(error).__name__)
    except Exception:  # nobody waits for an attempt who could be told
        log.exception("run_left_to_its_lease", run=claim.run_id)


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


async def _supervise(context: WorkerContext, claim: Claim, lease: Lease) -> Outcome | BaseException:
    """Run the body until it ends or is cut off."""
    body = asyncio.ensure_future(context.task.run(claim, lease))
    heartbeat = asyncio.create_task(_heartbeat(context, claim, lease))
    cut: StopReason | None = None
    try:
        await asyncio.wait({body, heartbeat}, return_when=asyncio.FIRST_COMPLETED)
        if not body.done():
            cut = heartbeat.result()
            if cut == "over":  # it has only to come back from its last commit
                await asyncio.wait({body}, timeout=context.timing.cancel_grace)
            body.cancel()
            await asyncio.wait({body}, timeout=_CANCEL_TIMEOUT_S)
        return _ending(body, cut)
    finally:
        body.cancel()
        heartbeat.cancel()
        await asyncio.gather(heartbeat, return_exceptions=True)


async def _heartbeat(context: WorkerContext, claim: Claim, lease: Lease) -> StopReason:
    """Renew the lease and pass on what is asked, until there is a reason to cut the body off."""
    timing, renewed, asked_at = context.timing, time.monotonic(), None
    while True:
        await asyncio.sleep(min(timing.look, timing.renew))
        now = time.monotonic()
        if now - renewed >= timing.renew:
            try:
                await _renew(context, claim, lease)
                renewed = now
            except LeaseLost:
                return "over" if await _is_over(context, claim) else "lost"
            except (SQLAlchemyError, OSError) as error:
                log.warning("lease_not_renewed", run=claim.run_id, error=type(error).__name__)
        if lease.cancelled.is_set() or lease.stopping.is_set():
            asked_at = asked_at or now
            if lease.cancelled.is_set() and now - asked_at >= timing.cancel_grace:
                return "cancelled"
            if lease.stopping.is_set() and now - asked_at >= timing.stop_grace:
                return "stopping"


async def _renew(context: WorkerContext, claim: Claim, lease: Lease) -> None:
    """Renew the lease, and pass on what is asked.

    A person may have asked to cancel; what runs for a tenant that was suspended is put back.
    """
    async with context.database.tenant(claim.tenant_id) as tx:
        if await run_queue.renew(tx, claim):
            lease.cancelled.set()
        if await is_suspended(tx):
            lease.stopping.set()


async def _is_over(context: WorkerContext, claim: Claim) -> bool:
    """Tell a run that has ended from one that somebody else goes on with."""
    try:
        async with context.database.tenant(claim.tenant_id, write=False) as tx:
            return await run_queue.is_over(tx, claim.run_id)
    except (SQLAlchemyError, OSError):
        return False


def _ending(body: asyncio.Task[Outcome], cut: StopReason | None) -> Outcome | BaseException:
    """Say how the body ended; what was asked for outweighs what it died of, not what it did."""
    if cut == "lost":
        return LeaseLost()
    if cut == "over":
        return Done()
    if not body.done() or body.cancelled():
        error: BaseException | None = asyncio.CancelledError()
    else:
        error = body.exception()
    if error is None:
        return body.result()
    if isinstance(error, LeaseLost) or cut is None:
        return error
    return JobCancelled() if cut == "cancelled" else WorkerShutdown()


async def _settle(context: WorkerContext, claim: Claim, ending: Outcome | BaseException) -> None:
    """Turn how the body ended into how the run goes on. Raises LeaseLost."""
    match ending:
        case Done():
            await _finish(context, claim, "succeeded")
        case RetryIn():
            await _retry(context, claim, ending)
        case LeaseLost():
            raise ending
        case JobCancelled():
            await _abandon(context, claim, ending.code, ending.message)
        case WorkerShutdown():
            await _snooze(context, claim, 0.0)
        case _:
            log.error("attempt_failed", run=claim.run_id, exc_info=ending)
            forget(ending)
            await _retry(context, claim, None)


async def _retry(context: WorkerContext, claim: Claim, wish: RetryIn | None) -> None:
    """Put the run back for later, or give up by the policy."""
    async with context.database.tenant(claim.tenant_id, write=False) as tx:
        run = await run_queue.look(tx, claim)
    if run.cancel_requested:  # before the body looked: it failed sooner
        await _abandon(context, claim, JobCancelled.code, JobCancelled().message)
        return
    if wish is not None and not wish.counts:
        await _snooze(context, claim, wish.seconds)
        return
    failures = run.failures + 1
    reason = wish.reason if wish else _INTERNAL_ERROR
    if context.policy.gives_up(failures=failures, stalled_s=run.stalled_s):
        await _give_up(context, claim, reason)
        return
    chance = random.random()  # noqa: S311 - spreads load, guards nothing
    delay = wish.seconds if wish else context.policy.backoff.after(failures, chance=chance)
    await _snooze(context, claim, delay, failed_with=reason)


async def _give_up(context: WorkerContext, claim: Claim, reason: str) -> None:
    """End it for what the last attempt failed with."""
    sentence = {WORKER_LOST: _WORKER_LOST, _INTERNAL_ERROR: _FAILED}.get(reason, _LASTING)
    await _abandon(context, claim, reason, sentence)


async def _abandon(context: WorkerContext, claim: Claim, code: str, message: str) -> None:
    """Have the task write down the end; where it cannot, ask it again much later."""
    try:
        await context.task.abandon(claim, code, message)
    except LeaseLost:
        raise
    except Exception:  # the task is foreign code to this room
        log.exception("abandon_failed", run=claim.run_id)
        await _snooze(context, claim, context.policy.backoff.longest_s)
        return
    await _finish(context, claim, "cancelled" if code == JobCancelled.code else "failed")


async def _finish(context: WorkerContext, claim: Claim, status: str) -> None:
    """End the run, unless the task ended it beside its last rows. Raises LeaseLost."""
    async with context.database.tenant(claim.tenant_id) as tx:
        try:
            await run_queue.finish(tx, claim, status, finished_at=utc_now())
        except LeaseLost:
            if not await run_queue.is_over(tx, claim.run_id):
                raise


async def _snooze(
    context: WorkerContext, claim: Claim, delay_s: float, *, failed_with: str | None = None
) -> None:
    async with context.database.tenant(claim.tenant_id) as tx:
        await run_queue.snooze(tx, claim, delay_s, failed_with=failed_with)
