"""A verification's lane: beside the dataset's own, so that no sync waits for it or joins it."""

from __future__ import annotations

from typing import Final

_SUFFIX: Final = ":verify"


def lane_of(dataset: str) -> str:
    return dataset + _SUFFIX


def verified_by(lane: str) -> str | None:
    """Return the dataset that a lane verifies; None for a lane that syncs."""
    return lane.removesuffix(_SUFFIX) if lane.endswith(_SUFFIX) else None
