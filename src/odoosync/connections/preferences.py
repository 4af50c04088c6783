"""How a connection is to be synced, as its owner wants it. Pure; what is None is the usual way.

This room keeps and checks the form of these wishes; what they mean is for the sync to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Preferences:
    """Wishes of one connection.

    `datasets` are those to sync, None for all; `fields` narrows a dataset down to these fields.
    `language` and `company_ids` are what Odoo's answers are in. `lookback` is in seconds,
    `page_size` the most rows asked for at once. Calls start `call_spacing` seconds apart at
    least, and at most `parallel_calls` are under way; both hold for one worker process.
    """

    datasets: tuple[str, ...] | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    language: str | None = None
    company_ids: tuple[int, ...] | None = None
    lookback: int | None = None
    page_size: int | None = None
    call_spacing: float | None = None
    parallel_calls: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Render what is not the usual way."""
        return {name: _plain(value) for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave; names that another version of this program knew are skipped."""
        known = {one.name for one in fields(cls)}
        values = {name: _frozen(value) for name, value in document.items() if name in known}
        return cls(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _frozen(one) for name, one in value.items()}
    return tuple(value) if isinstance(value, list) else value
