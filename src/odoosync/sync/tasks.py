"""The sync as a job: what runs carry out, and what becomes of their errors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from odoosync.connections.errors import NoConnection
from odoosync.db.values import is_about_a_value
from odoosync.errors import OdoosyncError
from odoosync.jobs.errors import JobCancelled, JobInterrupted
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.task import Done, Lease, Outcome
from odoosync.log import get_logger
from odoosync.memory import forget
from odoosync.odoo.errors import BadAnswer, EndlessAnswer, OdooError
from odoosync.sync import admission, runs
from odoosync.sync.admission import Admitted, Patient
from odoosync.sync.breaker import Wait
from odoosync.sync.datasets import dataset_named
from odoosync.sync.engine.open_odoo import Equipment
from odoosync.sync.engine.run import carry_out
from odoosync.sync.runs import Status
from odoosync.sync.schedules import store as schedules
from odoosync.sync.verify import run as verify

log = get_logger(__name__)
_NOT_HELD: Final = (
    "Odoo sent a value that the database cannot hold. The service's log says where it was met. Ask"
    " who runs this Odoo, or a proxy before it, what changed."
)
GIVEN_UP_AFTER_S: Final = 24 * 3600.0


class SyncTask:
    """Implements `jobs.task.Task`: a claim is one run of one dataset."""

    def __init__(self, tools: Equipment) -> None:
        self._tools = tools

    async def run(self, claim: Claim, lease: Lease) -> Outcome:
        """Carry out a run; whatever ends it for good is written into its history row."""
        tools = replace(self._tools, transport=Patient(self._tools.transport, lease))
        admitted: Admitted | Wait | None = None
        try:
            admitted = await admission.enter(tools, claim)
            if isinstance(admitted, Wait):
                return await self._wait(claim, admitted)
            outcome = await _carry_out(tools, claim, lease)
            await admission.leave(tools, claim, admitted)
        except (JobCancelled, NoConnection):  # it was deleted, and its runs with it
            await self._end(claim, "cancelled", None, None)
        except JobInterrupted:
            raise
        except OdoosyncError as error:
            await self._fail(claim, admitted, error)
            forget(error)
        except (SQLAlchemyError, OverflowError, UnicodeError) as error:
            if not is_about_a_value(error):
                raise
            await self._fail(claim, admitted, BadAnswer(_NOT_HELD))
            log.warning("not_held", run=claim.run_id, exc_info=error)
            forget(error)
        else:
            return outcome
        return Done()

    async def _fail(
        self, claim: Claim, admitted: Admitted | Wait | None, error: OdoosyncError
    ) -> None:
        fault = (admitted, error) if isinstance(admitted, Admitted) else None
        await self._end(claim, "failed", error.code, error.advice, fault)
        log.warning("sync_failed", run=claim.run_id, code=error.code)

    async def _wait(self, claim: Claim, turn: Wait) -> Outcome:
        """Come back when the Odoo is asked again; what waited for a day has failed."""
        later = await admission.wait(self._tools, claim, turn)
        if claim.stalled_s < GIVEN_UP_AFTER_S:
            return later
        async with self._tools.database.tenant(claim.tenant_id, write=False) as tx:
            why = (await runs.get(tx, claim.run_id)).error
        await self._end(claim, "failed", later.reason, why)
        return Done()

    async def abandon(self, claim: Claim, error_code: str, message: str) -> None:
        """Give up after repeated unexpected failures, or when it was cancelled while busy."""
        cancelled = error_code == JobCancelled.code
        await self._end(claim, "cancelled" if cancelled else "failed", error_code, message)

    async def _end(
        self,
        claim: Claim,
        status: Status,
        error_code: str | None,
        error: str | None,
        fault: tuple[Admitted, OdoosyncError] | None = None,
    ) -> None:
        now = self._tools.clock()
        async with self._tools.database.tenant(claim.tenant_id) as tx:
            if fault is not None and isinstance(fault[1], OdooError):
                await admission.note_failure(tx, claim, fault[0], fault[1], now)
                error = fault[1].advice  # it may say more by now
            why: dict[str, Any] = {"error_code": error_code, "error": error}
            if error_code == EndlessAnswer.code:  # go on from there and it would grow for ever
                why["checkpoint"] = None
            # In the order in which whoever asks for the next run locks them, too.
            await schedules.lock(tx, claim.connection_id, claim.dataset)
            await runs.finish(tx, claim, status, now, **why)


async def _carry_out(tools: Equipment, claim: Claim, lease: Lease) -> Outcome:
    if claim.kind == "verify":
        return await verify.carry_out(tools, claim, lease, dataset_named(claim.dataset))
    await carry_out(tools, claim, lease)
    return Done()
