"""The plan of a run: frozen at its first start, kept as the lane's checkpoint, never taken anew.

A resume reads it back, so that time, field list and window stay those of the first start.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, Self, cast

import orjson

from odoosync.clock import iso
from odoosync.sync.window import Mode, Window

Stage = Literal["pages", "volatile", "ids", "labels"]
STAGES: Final[tuple[Stage, ...]] = ("pages", "volatile", "ids", "labels")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask for, and how far it has come: rows up to `last_id` of `stage` are stored."""

    t0: datetime
    mode: Mode
    since: datetime | None
    wide: bool
    shape: str
    fields: tuple[str, ...]
    stage: Stage = "pages"
    last_id: int = 0

    @property
    def window(self) -> Window:
        return Window(mode=self.mode, t0=self.t0, since=self.since, wide=self.wide)

    def at(self, stage: Stage, last_id: int = 0) -> Plan:
        return replace(self, stage=stage, last_id=last_id)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {
            "t0": iso(self.t0),
            "since": iso(self.since),
            "fields": list(self.fields),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        since = document["since"]
        return cls(
            **document
            | {
                "t0": datetime.fromisoformat(document["t0"]),
                "since": datetime.fromisoformat(since) if since else None,
                "fields": tuple(document["fields"]),
                "stage": cast("Stage", document["stage"]),
            }
        )


def shape_of(fields: dict[str, str], *, login: str, lang: str | None) -> str:
    """Fingerprint what a full pass depends on: fields with their types, the login, the language."""
    described = orjson.dumps([fields, login, lang], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(described, digest_size=16).hexdigest()


def start(window: Window, *, shape: str, fields: tuple[str, ...]) -> Plan:
    return Plan(
        t0=window.t0,
        mode=window.mode,
        since=window.since,
        wide=window.wide,
        shape=shape,
        fields=fields,
    )
