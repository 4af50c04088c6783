"""Ratios that hold on a noisy machine: contenders in turn, round by round, and their medians."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3)


def ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """Divide round by round, so that both of a pair met the same machine; the median of that."""
    pairs = zip(these, those, strict=False)
    return median([one / other for one, other in pairs])


def rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 3) for value in values]
