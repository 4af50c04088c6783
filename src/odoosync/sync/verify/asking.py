"""Asking for verifications, and the answer when they have ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from odoosync.accounts import audit
from odoosync.accounts.audit import Actor
from odoosync.connections import store as connections
from odoosync.connections.connection import Connection
from odoosync.db import Database
from odoosync.sync import runs, standing
from odoosync.sync.choosing import chosen
from odoosync.sync.datasets import DATASETS, dataset_named
from odoosync.sync.run_view import run_view
from odoosync.sync.runs import Asked
from odoosync.sync.standing import Outage
from odoosync.sync.verify.outcome import WORST_FIRST, Outcome, sentences

USUAL: Final = ("contacts", "products")
_WAITED_FOR: Final = 10


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What to verify; `connection_id` None means the active one, a dataset its companions, too."""

    tenant_id: int
    user_id: int | None
    datasets: Sequence[str] = USUAL
    connection_id: int | None = None
    repair: bool = False
    trigger: str = "api"
    by: Actor | None = None


@dataclass(frozen=True, slots=True)
class VerifyAnswer:
    """`success`: every run has ended, and nothing in its copy is wrong as of the last sync.

    `outcome` is the worst of the runs, None while one goes on or where one failed. `runs` are as
    `run_view` has them.
    """

    success: bool
    message: str
    errors: tuple[str, ...]
    runs: tuple[dict[str, Any], ...]
    code: str | None = None
    outcome: Outcome | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "success": self.success,
            "outcome": self.outcome,
            "message": self.message,
            "errors": list(self.errors),
            "code": self.code,
            "runs": list(self.runs),
        }


async def ask_to_verify(database: Database, request: VerifyRequest, now: datetime) -> list[str]:
    """Commit the wish, a run a dataset, new or joined; returns their ids.

    Raises UnknownDataset and NoConnection.
    """
    asked = Asked(request.trigger, request.user_id, checks="repair" if request.repair else "verify")
    async with database.tenant(request.tenant_id) as tx:
        meant = await connections.chosen(tx, request.connection_id)
        await standing.ask_by_hand(tx, meant, now)
        connection = await connections.syncable(tx, request.connection_id)
        await connections.check_not_suspended(tx)
        names = with_companions(connection, request.datasets)
        run_of = {}
        for name in sorted(names):
            wish = await runs.enqueue(tx, connection, name, asked, now, priority=_WAITED_FOR)
            run_of[name] = wish.run_id
        run_ids = [run_of[name] for name in names]
        if request.by is not None:
            await audit.record(
                tx,
                "repair.started" if request.repair else "verify.started",
                request.by,
                at=now,
                connection_id=connection.id,
                run_id=run_ids[0] if run_ids else None,
                odoo_login=connection.odoo_username,
                detail={"datasets": list(request.datasets)},
            )
    return run_ids


def with_companions(connection: Connection, names: Sequence[str]) -> list[str]:
    """Return the datasets and those that a person means, too; the usual ones as far as chosen.

    Raises UnknownDataset, NotChosen.
    """
    kept = connection.preferences.datasets
    if tuple(names) == USUAL and kept is not None:
        names = [name for name in kept if name in DATASETS]
    datasets = [dataset_named(name) for name in names]
    return list(dict.fromkeys(name for one in datasets for name in chosen(connection, one)))


def verify_answer(
    found: Sequence[Row[Any]], wait_s: float, *, waited: bool, held: Outage | None = None
) -> VerifyAnswer:
    """Say how it went, a sentence a dataset; `held` is why those wait that have not ended."""
    shown = tuple(run_view(run) for run in found)
    if not waited:
        return VerifyAnswer(True, "The verification was asked for.", (), shown)
    if held is not None:
        return VerifyAnswer(False, held.message, (held.message,), shown, held.code)
    untrue = [run for run in found if not is_true(run)]
    errors = tuple(_told(run, wait_s) for run in untrue)
    message = " ".join(_told(run, wait_s) for run in found)
    code = runs.failure_code(untrue[0]) or "copy_differs" if untrue else None
    return VerifyAnswer(not errors, message, errors, shown, code, worst(found))


def worst(found: Sequence[Row[Any]]) -> Outcome | None:
    """Return what all the runs come to, None unless all succeeded."""
    if any(run.status != "succeeded" for run in found):
        return None
    outcomes = {run.detail["outcome"] for run in found}
    return next((one for one in WORST_FIRST if one in outcomes), None)


def is_true(run: Row[Any]) -> bool:
    """Tell whether a run has ended, and found or left the copy true."""
    return bool(run.status == "succeeded" and run.truth == 1.0)


def summary(run: Row[Any]) -> str:
    """Render what a run that succeeded found, as of when, what to do, and what it remarked."""
    found = run.detail
    counts = ", ".join(
        f"{found[kind]:,} {kind}"
        for kind in ("missing", "stale", "phantom", "pending", "volatile", "hidden")
    )
    names = f", {found['names']:,} names" if found["names"] else ""
    repaired = f", {found['repaired'] + run.deleted + run.hidden:,} repaired"
    as_of = f" as of {found['as_of']}" if found["as_of"] else ""
    text = f"truth {_shown(run.truth)}{as_of}: {found['true']:,} rows true, {counts}{names}"
    repair = run.mode == "repair"
    said = " ".join(filter(None, (sentences(found, repaired=repair), run.note)))
    return f"{text}{repaired if repair else ''}. {said}".rstrip()


def _shown(truth: float) -> str:
    """Never round up to 1.0 what is not wholly true."""
    return "1.0" if truth == 1.0 else f"{int(truth * 1e6) / 1e6:.6f}"


def _told(run: Row[Any], wait_s: float) -> str:
    dataset = run.dataset
    if run.status == "succeeded":
        return f"{dataset}: {summary(run)}"
    if run.status in runs.ENDED:
        return f"{dataset}: {run.error or 'The verification was cancelled.'}"
    where = f"Its progress is at /api/v1/runs/{run.id}."
    if run.status == "queued":
        return f"{dataset}: The verification has not started: no worker took it yet. {where}"
    return f"{dataset}: The verification goes on after {wait_s:.0f} seconds. {where}"
