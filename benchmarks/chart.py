"""The figures as one picture, docs/benchmarks.png. Only `make bench` has matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt

_NAMES: Final = {
    "bare_loop": "fetch and drop",
    "ours": "Odoosync",
    "dlt": "dlt",
    "dlt_nulls": "dlt, false as null",
    "odoorpc": "OdooRPC + ORM",
    "odoorpc_pages": "OdooRPC + ORM,\na commit a page",
    "bare_select": "bare SELECT",
    "rest": "REST",
    "graphql": "GraphQL",
}
Groups = Mapping[str, Mapping[str, float]]


def draw(found: Mapping[str, Any], file: Path) -> None:
    """Draw a panel a benchmark, with a bar a contender for each server that was measured."""
    mpl.use("Agg")
    panels = {
        title: groups
        for title, groups in (
            ("First sync, times the bare loop", _first(found.get("first_sync", {}))),
            ("Later syncs, seconds", _later(found.get("later_syncs", {}))),
            ("Memory that a first sync adds, MB", _memory(found.get("memory", {}))),
            ("Pages of 100 a second", _reading(found.get("reading", {}))),
        )
        if groups
    }
    if not panels:
        return
    figure, axes = plt.subplots(
        len(panels), 1, figsize=(9, 2.9 * len(panels)), layout="constrained", squeeze=False
    )
    for axis, (title, groups) in zip(axes[:, 0], panels.items(), strict=True):
        _panel(axis, title, groups)
    figure.savefig(file, dpi=110)
    plt.close(figure)


def _panel(axis: Any, title: str, groups: Groups) -> None:
    labels = list(dict.fromkeys(label for values in groups.values() for label in values))
    height = 0.8 / len(groups)
    for number, (group, values) in enumerate(groups.items()):
        there = [one for one in labels if one in values]
        places = [labels.index(one) + number * height for one in there]
        bars = axis.barh(places, [values[one] for one in there], height, label=group)
        axis.bar_label(bars, fmt="{:.4g}", padding=3, fontsize=8)
    axis.set_yticks([place + 0.4 - height / 2 for place in range(len(labels))], labels)
    axis.invert_yaxis()
    axis.margins(x=0.12)
    axis.set_title(title, loc="left", fontsize=11)
    axis.spines[["top", "right"]].set_visible(False)
    if len(groups) > 1:
        axis.legend(fontsize=8, frameon=False)


def _first(results: Mapping[str, Any]) -> Groups:
    return {
        server: {_NAMES["bare_loop"]: 1.0} | _named(_to_bare_loop(result["ratios"]))
        for server, result in results.items()
    }


def _to_bare_loop(ratios: Mapping[str, float]) -> dict[str, float]:
    end = "_to_bare_loop"
    return {key.removesuffix(end): value for key, value in ratios.items() if key.endswith(end)}


def _later(results: Mapping[str, Any]) -> Groups:
    return {
        server: {what: told["median_seconds"] for what, told in result["syncs"].items()}
        for server, result in results.items()
    }


def _memory(results: Mapping[str, Any]) -> Groups:
    return {
        server: {
            f"{int(rows):,} rows": told["growth_mb"] for rows, told in result["by_rows"].items()
        }
        for server, result in results.items()
    }


def _reading(results: Mapping[str, Any]) -> Groups:
    return {
        server: _named(result["median_requests_a_second"]) for server, result in results.items()
    }


def _named(values: Mapping[str, float], only: Sequence[str] = tuple(_NAMES)) -> dict[str, float]:
    return {_NAMES[key]: values[key] for key in only if key in values}
