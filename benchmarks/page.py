"""The figures as tables in docs/benchmarks.md, between two marks that a run writes between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

_BEGIN: Final = "<!-- figures: written by make bench -->"
_END: Final = "<!-- end of figures -->"


def write(found: Mapping[str, Any], file: Path) -> None:
    """Put the tables where the page has its marks."""
    head, _, rest = file.read_text().partition(_BEGIN)
    _, _, tail = rest.partition(_END)
    told = [tables for name in _TITLES if (tables := _told(name, found.get(name, {})))]
    file.write_text("\n\n".join([f"{head}{_BEGIN}", *told, f"{_END}{tail}"]))


def _told(name: str, results: Mapping[str, Any]) -> str:
    tables = [f"{_caption(server, one)}\n\n{_ROWS[name](one)}" for server, one in results.items()]
    return "\n\n".join([f"### {_TITLES[name]}", *tables]) if tables else ""


def _caption(server: str, result: Mapping[str, Any]) -> str:
    return (
        f"{server}, {result['rows']:,} rows; {result['at'][:10]}, {result['cores']} cores,"
        f" load {result['load'][0]:g}."
    )


def _first_sync(result: Mapping[str, Any]) -> str:
    ratios = result["ratios"]
    rows = [
        [
            name,
            f"{seconds:.2f}",
            f"{result['median_processor_seconds'][name]:.2f}",
            f"{ratios.get(f'{name}_to_bare_loop', 1):.2f}",
            _number(ratios.get(f"{name}_to_ours")),
        ]
        for name, seconds in result["median_seconds"].items()
    ]
    return _table(["", "seconds", "processor", "to bare loop", "to ours"], rows)


def _later_syncs(result: Mapping[str, Any]) -> str:
    rows = [
        [what, f"{told['median_seconds']:.2f}", f"{told['calls']}", f"{told['to_first_sync']:.3f}"]
        for what, told in result["syncs"].items()
    ]
    return _table(["sync", "seconds", "calls", "to first"], rows)


def _memory(result: Mapping[str, Any]) -> str:
    rows = [
        [
            f"{int(size):,}",
            *(f"{told.get(one, {}).get('growth_mb', 0):.0f}" for one in ("api", "worker", "maker")),
            f"{told['growth_mb']:.0f}",
            f"{told['api']['idle_mb']:.0f} + {told['worker']['idle_mb']:.0f}",
        ]
        for size, told in result["by_rows"].items()
    ]
    return _table(["rows", "API, MB", "worker, MB", "maker, MB", "together, MB", "idle, MB"], rows)


def _reading(result: Mapping[str, Any]) -> str:
    ratios = result["ratios"]
    rows = [
        [name, f"{value:.0f}", _number(ratios.get(f"bare_select_to_{name}"))]
        for name, value in result["median_requests_a_second"].items()
    ]
    return _table(["", "pages a second", "bare SELECT to it"], rows)


def _one_call_a_second(result: Mapping[str, Any]) -> str:
    told = [f"{result['seconds']:.1f}", f"{result['calls']}", f"{result['rows_a_second']:,}"]
    return _table(["seconds", "calls", "rows a second"], [told])


def _jobs(result: Mapping[str, Any]) -> str:
    speeds = [
        [
            count,
            f"{told['jobs_a_second']:.0f}",
            f"{told['to_one_process']:.2f}",
            f"{told['worker_milliseconds']:.1f}",
            f"{told['postgresql_milliseconds']:.1f}",
        ]
        for count, told in result["processes"].items()
    ]
    heads = ["processes", "jobs a second", "to one process", "ms of workers", "ms of PostgreSQL"]
    waits = result["waits"]
    wait = [
        *(f"{waits[one]:.3f}" for one in ("without_s", "beside_s", "longest_beside_s")),
        f"{waits['ratio']:.2f}",
    ]
    told = ["alone, s", "beside 500 queued, s", "longest beside, s", "ratio"]
    return f"{_table(heads, speeds)}\n\n{_table(told, [wait])}"


def _neighbours(result: Mapping[str, Any]) -> str:
    told = {"without": "without", "beside_a_hanging_one": "beside a hanging one"}
    rows = [
        [
            name,
            f"{result[key]['syncs']}",
            f"{result[key]['p50_s']:.3f}",
            f"{result[key]['p99_s']:.3f}",
        ]
        for key, name in told.items()
    ]
    table = _table(["nine healthy Odoos", "syncs", "p50, seconds", "p99, seconds"], rows)
    return f"{table}\n\nRatio of the p99s: {result['p99_ratio']:.2f}."


_TITLES: Final = {
    "jobs": "Jobs on many machines",
    "first_sync": "First sync",
    "later_syncs": "Later syncs",
    "memory": "Memory",
    "reading": "Reading",
    "one_call_a_second": "One call a second",
    "neighbours": "Beside an Odoo that hangs",
}
_ROWS: Final = {
    "jobs": _jobs,
    "first_sync": _first_sync,
    "later_syncs": _later_syncs,
    "memory": _memory,
    "reading": _reading,
    "one_call_a_second": _one_call_a_second,
    "neighbours": _neighbours,
}


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
