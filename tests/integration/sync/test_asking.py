"""Asking for a run while another one is somewhere on its way."""

from __future__ import annotations

from integration.sync.copying import Copy


async def test_the_next_run_can_be_asked_for_before_the_first_has_noted_its_start(
    copy: Copy,
) -> None:
    first = await copy.ask("contacts")
    claim = await copy.claim()
    second = await copy.ask("contacts")
    seen = [(await copy.run(run_id)).status for run_id in (first, second)]
    assert (claim.run_id, seen) == (first, ["running", "queued"])


async def test_both_runs_then_come_to_their_ends(copy: Copy) -> None:
    first = await copy.ask("contacts")
    claim = await copy.claim()
    second = await copy.ask("contacts")
    await copy.attempt(claim)
    await copy.attempt(await copy.claim())
    assert [(await copy.run(run_id)).status for run_id in (first, second)] == ["succeeded"] * 2
