from __future__ import annotations

import time

import pytest

from odoosync.jobs.errors import JobCancelled, WorkerShutdown
from odoosync.jobs.runner import Timing
from odoosync.jobs.task import Lease


async def test_a_lease_that_was_told_nothing_goes_on() -> None:
    Lease().check()


async def test_a_cancelled_lease_ends_the_body() -> None:
    lease = Lease()
    lease.cancelled.set()
    with pytest.raises(JobCancelled):
        lease.check()


async def test_a_stopping_worker_ends_the_body() -> None:
    lease = Lease()
    lease.stopping.set()
    with pytest.raises(WorkerShutdown):
        lease.check()


async def test_a_cancellation_outweighs_a_stopping_worker() -> None:
    lease = Lease()
    lease.stopping.set()
    lease.cancelled.set()
    with pytest.raises(JobCancelled):
        lease.check()


def test_a_lease_tells_how_long_the_longest_wait_goes_on() -> None:
    lease = Lease()
    assert lease.has_waited(time.monotonic() + 5) == 0
    with lease.waiting():
        later = time.monotonic() + 5
        with lease.waiting():
            assert lease.has_waited(later) >= 5
    assert lease.has_waited(later) == 0


def test_a_lease_outlasts_three_renewals_that_fail() -> None:
    assert Timing().lease >= 4 * Timing().renew
