"""A world whose clock stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from odoo_sandbox.world import World

NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


class HeldClock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def world(clock: HeldClock) -> World:
    return World(19, clock=clock)


@pytest.fixture(params=[16, 17, 18, 19])
def each(request: pytest.FixtureRequest, clock: HeldClock) -> World:
    """The world in every version."""
    return World(request.param, clock=clock)
