"""The sync as a job: what the lanes carry out, and what becomes of its errors."""

from __future__ import annotations

from odoosync.errors import OdoosyncError
from odoosync.jobs import lanes
from odoosync.jobs.errors import LaneCancelled, LaneInterrupted
from odoosync.jobs.lanes import Claim
from odoosync.jobs.task import Done, Lease, Outcome
from odoosync.log import get_logger
from odoosync.odoo.errors import OdooError
from odoosync.sync import runs
from odoosync.sync.datasets import dataset_named
from odoosync.sync.engine.run import Equipment, carry_out
from odoosync.sync.runs import Status
from odoosync.sync.verify import run as verify
from odoosync.sync.verify.lane import verified_by

log = get_logger(__name__)


class SyncTask:
    """Implements `jobs.task.Task`: a claim is one run of one dataset."""

    def __init__(self, tools: Equipment) -> None:
        self._tools = tools

    async def run(self, claim: Claim, lease: Lease) -> Outcome:
        """Carry out a run; whatever ends it for good is written into its history row."""
        verified = verified_by(claim.dataset)
        try:
            if verified is not None:
                dataset = dataset_named(verified)
                return await verify.carry_out(self._tools, claim, lease, dataset)
            await carry_out(self._tools, claim, lease)
        except LaneCancelled:
            await self._end(claim, "cancelled", None, None)
        except LaneInterrupted:
            raise
        except OdoosyncError as error:
            await self._end(claim, "failed", error.code, _advice(error))
            log.warning("sync_failed", run=claim.run_id, code=error.code)
        return Done()

    async def abandon(self, claim: Claim, error_code: str, message: str) -> None:
        """Give up after repeated unexpected failures, or when it was cancelled while busy."""
        cancelled = error_code == LaneCancelled.code
        await self._end(claim, "cancelled" if cancelled else "failed", error_code, message)

    async def _end(
        self, claim: Claim, status: Status, error_code: str | None, error: str | None
    ) -> None:
        async with self._tools.database.tenant(claim.tenant_id) as tx:
            await runs.finish(
                tx, claim.run_id, status, self._tools.clock(), error_code=error_code, error=error
            )
            await lanes.finish(tx, claim)


def _advice(error: OdoosyncError) -> str:
    return error.advice if isinstance(error, OdooError) else error.message
