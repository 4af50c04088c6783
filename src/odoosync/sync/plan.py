"""The plan of a run: frozen at its first start, kept as the run's checkpoint, never taken anew.

A resume reads it back, so that time, field list and window stay those of the first start. What a
run that failed or was cancelled left undone is ended by the next one, which then also reads what
was written since: both as one plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Self, cast

import orjson

from odoosync.clock import iso
from odoosync.sync.window import LOOKBACK, Mode, Window, reach

Stage = Literal["rest", "pages", "volatile", "ids", "missed", "labels"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask for, and how far it has come: rows up to `last_id` of `stage` are stored.

    `seen_at` is our own clock at `t0`; the server's was ahead of it by `skew_s`, None where it told
    none. Dates in Odoo's database lag by `lag_s`. `wide_at` is the T0 of the wide or full window
    that ends with this run, if any. `done` names the columns of the cursor that `t0` goes into at
    the end.
    With `takes_over` the stage `rest` comes first: rows since `rest_since`, None for all.
    """

    t0: datetime
    seen_at: datetime
    mode: Mode
    since: datetime | None
    wide_at: datetime | None
    shape: str
    fields: tuple[str, ...]
    stage: Stage = "pages"
    last_id: int | None = None
    takes_over: bool = False
    rest_since: datetime | None = None
    done: tuple[str, ...] = ()
    lag_s: float = 0.0
    skew_s: float | None = None

    @property
    def lag(self) -> timedelta:
        return timedelta(seconds=self.lag_s)

    @property
    def is_whole(self) -> bool:
        """Tell whether this one run reads every row."""
        return self.mode == "full" and not self.takes_over

    @property
    def has_begun(self) -> bool:
        """Tell whether there is anything that the next run need not read again."""
        return self.takes_over or self.stage != "pages" or self.last_id is not None

    def at(self, stage: Stage, last_id: int | None = None) -> Self:
        return replace(self, stage=stage, last_id=last_id)

    def having_done(self, *columns: str) -> Self:
        return replace(self, done=tuple(dict.fromkeys([*self.done, *columns])))

    def to_json(self) -> dict[str, Any]:
        moments = {name: iso(getattr(self, name)) for name in _MOMENTS}
        return asdict(self) | moments | {"fields": list(self.fields), "done": list(self.done)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self | None:
        """Read a checkpoint; None for one of another version of this program."""
        if document.keys() != {field.name for field in fields(cls)}:
            return None
        moments = {name: _moment(document[name]) for name in _MOMENTS}
        lists = {name: tuple(document[name]) for name in ("fields", "done")}
        stage = {"stage": cast("Stage", document["stage"])}
        return cls(**dict(document) | moments | lists | stage)


_MOMENTS: Final = ("t0", "seen_at", "since", "wide_at", "rest_since")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def shape_of(
    fields: Mapping[str, str],
    *,
    login: str,
    lang: str | None,
    company_ids: Sequence[int] | None = None,
) -> str:
    """Fingerprint what a full pass depends on.

    These are the fields with their types, the login, the language, and the companies if they are
    pinned; without them it is what versions that knew none of them made.
    """
    pinned = [list(company_ids)] if company_ids else []
    described = orjson.dumps([dict(fields), login, lang, *pinned], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(described, digest_size=16).hexdigest()


def start(window: Window, *, seen_at: datetime, shape: str, fields: tuple[str, ...]) -> Plan:
    return Plan(
        t0=window.t0,
        seen_at=seen_at,
        mode=window.mode,
        since=window.since,
        wide_at=window.t0 if window.wide else None,
        shape=shape,
        fields=fields,
    )


def take_over(
    left: Plan, *, t0: datetime, seen_at: datetime, lookback: timedelta | None = None
) -> Plan:
    """Plan to end what another run left, then to read what was written since it began.

    Rows up to its `last_id` are as of its T0 or later; those beyond it are read after ours.
    """
    plan = replace(left, t0=t0, seen_at=seen_at, takes_over=True)
    if left.stage == "rest":
        return plan
    low = reach(left.t0, left.seen_at, t0=t0, our_now=seen_at, lag=left.lag)
    since = low - (lookback or LOOKBACK)
    if left.stage == "pages":
        return replace(plan, stage="rest", rest_since=left.since, since=since)
    return replace(plan.at("pages"), rest_since=left.since, since=since, done=())
