"""Random writers against a verification: it never calls wrong what a sync has yet to read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test

from integration.sync import fuzzing
from integration.sync.fuzzing import NUMBER, Fuzz, Lab
from integration.sync.writers import Writers
from integration.verify.checking import TRUE, found, verify
from odoosync.db import open_database
from odoosync.sync import pace
from odoosync.sync.verify import looking

EXAMPLES, SOAK_EXAMPLES = 25, 1_000
UNDATED = frozenset({"forget date", "exhume", "show", "mend"})
"""Deeds that change rows under an old date, or none: a verification cannot know since when."""


@dataclass
class Noting(Writers):
    """Writers that remember what they did."""

    did: set[str] = field(default_factory=set)

    def do(self, deed: str, number: int, *, inside: int | None = None) -> None:
        self.did.add(deed)
        super().do(deed, number, inside=inside)


class Checked(Fuzz):
    """Verifies between the steps; after a quiet sync nothing at all is told."""

    succeeded: frozenset[str] = frozenset()

    def _sync(self, dataset: str, *, full: bool = False) -> str:
        status = super()._sync(dataset, full=full)
        self.succeeded = self.succeeded | {dataset} if status == "succeeded" else frozenset()
        return status

    @rule(which=NUMBER)
    def verify(self, which: int) -> None:
        dataset = self._dataset(which)
        run = self.lab.runner.run(verify(self.copy, dataset))
        told = found(run)
        if dataset in self.succeeded and not self._is_undated():
            assert run.truth == 1.0, (told, run.detail["examples"])

    def _is_undated(self) -> bool:
        assert isinstance(self.writers, Noting)
        return bool(UNDATED & self.writers.did)

    def teardown(self) -> None:
        super().teardown()
        for dataset in getattr(self, "datasets", ()):
            run = self.lab.runner.run(verify(self.copy, dataset))
            assert found(run) | {"names": 0} == TRUE, run.detail["examples"]


@pytest.fixture
def lab(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setattr(pace, "FIRST", 6)
    monkeypatch.setattr(pace, "LARGEST", 12)
    monkeypatch.setattr(fuzzing, "Writers", Noting)
    monkeypatch.setattr(looking, "KEPT_AT_ONCE", 5)
    database = open_database(database_url)
    with asyncio.Runner() as runner:
        yield Lab.on(database, runner)
        runner.run(database.close())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("version", [16, 19])
def test_what_is_called_wrong_is_wrong(
    lab: Lab, version: int, request: pytest.FixtureRequest
) -> None:
    soak = request.config.getoption("--soak")
    machine = type("Checked", (Checked,), {"lab": lab, "versions": (version,)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=SOAK_EXAMPLES if soak else EXAMPLES,
            stateful_step_count=10,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            derandomize=not soak,
        ),
    )
