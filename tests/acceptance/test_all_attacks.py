"""Ten honest tenants beside all attacks at once: each of their answers is right."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import pytest

from attacks.program import WITH_ODOO, Attacks, attacking
from honest import KINDS, Honest, honest_tenants
from many_odoos import many_odoos
from odoosync.memory import MEBIBYTE
from service import Service, running_service
from waiting import wait_until

TENANTS, CONTACTS = 10, 200
LARGE, SOAK_LARGE = 2_000, 10_000
PAUSE_S, SOAK_PAUSE_S = 1.0, 4.0
SCALE: Final = 3
PEACE_S: Final = 120.0
LASTS: Final = "ODOOSYNC_TEST_SIEGE_SECONDS"
"""The environment variable that says for how many seconds the long form goes on."""
HALF_AN_HOUR: Final = "1800"
MOST_BYTES: Final = {"serve": 512 * MEBIBYTE, "worker": 1536 * MEBIBYTE}
"""Of each process, at its largest moment. A worker begins anew from 1,024 MiB on."""
SILENT_NAMES: Final = Path(__file__).parents[1] / "data" / "silent_names"
_NICE: Final = 10


@dataclass
class Siege:
    service: Service
    tenants: list[Honest]
    attacks: Attacks

    def processes(self) -> dict[str, int]:
        serve, worker = self.service.process, self.service.worker()
        assert serve is not None
        assert worker is not None
        return {"serve": serve.pid, "worker": worker}


@contextmanager
def siege(
    folder: Path, url: str, *, large: int, pause_s: float, scale: int = 1, **more: str
) -> Iterator[Siege]:
    settings = more | {
        "ODOOSYNC_REGISTRATION": "open",
        "ODOOSYNC_ALLOWED_ODOO_HOSTS": "127.0.0.0/8:*",
        "ODOOSYNC_ALLOWED_WEBHOOK_HOSTS": "127.0.0.1:*",
        "ODOOSYNC_LOG_LEVEL": "info",
        "PYTHONPATH": str(SILENT_NAMES),
    }
    with (
        many_odoos(TENANTS, contacts=CONTACTS) as own,
        many_odoos(len(WITH_ODOO), contacts=20, niceness=_NICE) as hostile,
        many_odoos(1, contacts=large, niceness=_NICE) as (many_rows,),
        running_service(folder, url, **settings) as service,
        honest_tenants(service, own, pause_s=pause_s) as tenants,
        attacking(
            service,
            hostile,
            many_rows,
            [one.caller.username for one in tenants],
            scale=scale,
        ) as attacks,
    ):
        yield Siege(service, tenants, attacks)


@contextmanager
def living(tenants: Sequence[Honest]) -> Iterator[list[Future[None]]]:
    """Have all tenants go on while the block lasts. Raises what one of them found wrong.

    Yields their lives: one that is done has ended early.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(len(tenants)) as threads:
        lives = [threads.submit(tenant.live, stop) for tenant in tenants]
        try:
            yield lives
        finally:
            stop.set()
        for life in lives:
            life.result()


def memory(pid: int, name: str) -> int:
    """Return a figure of the system's, in bytes: `VmRSS` is now, `VmHWM` the most ever."""
    told = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{name}:\s+(\d+) kB$", told, re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


def assert_unharmed(siege: Siege, before: dict[str, int]) -> None:
    assert [one.is_true() for one in siege.tenants] == [{}] * TENANTS
    assert [one.failed_runs() for one in siege.tenants] == [[]] * TENANTS
    assert siege.processes() == before
    most = {name: memory(pid, "VmHWM") for name, pid in before.items()}
    assert all(size < MOST_BYTES[name] for name, size in most.items()), most
    told = siege.attacks.answers
    assert not any("500" in answers for answers in told.values()), told
    assert "201" not in told["look_alikes"]


@pytest.fixture
def besieged(tmp_path: Path, sqlite_url: str) -> Iterator[Siege]:
    small = {"ODOOSYNC_PAGE_MEGABYTES": "8"}
    with siege(tmp_path, sqlite_url, large=LARGE, pause_s=PAUSE_S, scale=SCALE, **small) as going:
        yield going


@pytest.mark.soak
def test_ten_honest_tenants_are_answered_rightly_beside_all_attacks(besieged: Siege) -> None:
    before = besieged.processes()
    besieged.attacks.begin()
    with living(besieged.tenants) as lives:
        wait_until(lambda: besieged.attacks.have_all_been(1) or any(one.done() for one in lives))
    assert_unharmed(besieged, before)


@pytest.mark.soak
def test_half_an_hour_of_all_attacks_beside_ten_honest_tenants(
    tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lasts = float(os.environ.get(LASTS, HALF_AN_HOUR))
    with siege(tmp_path, database_url, large=SOAK_LARGE, pause_s=SOAK_PAUSE_S) as going:
        before = going.processes()
        with living(going.tenants):
            time.sleep(min(PEACE_S, lasts / 4))
            begun, held = time.monotonic(), memories(before, "VmRSS")
            going.attacks.begin()
            time.sleep(lasts * 3 / 4)
            ended = time.monotonic()
        with capsys.disabled():
            print(table(going.tenants, begun, ended))  # noqa: T201 - figures of a long test
            print(f"memory before {held}, after {memories(before, 'VmRSS')}")  # noqa: T201
            print(f"at most {memories(before, 'VmHWM')}")  # noqa: T201
            for name, answers in going.attacks.answers.items():
                print(name, going.attacks.rounds[name], dict(answers))  # noqa: T201
        assert_unharmed(going, before)


def memories(pids: dict[str, int], name: str) -> dict[str, str]:
    return {who: f"{memory(pid, name) / MEBIBYTE:.0f} MiB" for who, pid in pids.items()}


def table(tenants: Sequence[Honest], begun: float, ended: float) -> str:
    """Render what the tenants' requests took: those that ended in peace, and under siege."""
    lines = [f"\n{'':12}{'in peace, ms':>28}{'under siege, ms':>28}{'medians':>10}"]
    heads = f"{'count':>8}{'median':>10}{'worst':>10}"
    lines.append(f"{'':12}{heads}{heads}{'ratio':>10}")
    took = [one for tenant in tenants for one in tenant.took]
    for kind in KINDS:
        mine = [one for one in took if one.kind == kind]
        peace = [one.seconds * 1000 for one in mine if one.ended < begun]
        war = [one.seconds * 1000 for one in mine if begun <= one.ended < ended]
        if not peace or not war:
            continue
        figures = "".join(
            f"{len(one):>8}{median(one):>10.1f}{max(one):>10.1f}" for one in (peace, war)
        )
        lines.append(f"{kind:12}{figures}{median(war) / median(peace):>10.2f}")
    return "\n".join(lines)
