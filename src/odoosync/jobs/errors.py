"""What ends an attempt early, named by what becomes of its run.

::

OdoosyncError
└── JobInterrupted       the attempt must end now, and commit nothing more
    ├── LeaseLost        another attempt has the run, or it ended: say nothing, write nothing
    ├── JobCancelled     a person asked for the end: the run ends as cancelled
    └── WorkerShutdown   this worker goes away: the run is put back, as it is

Whoever carries out a task lets these pass, having rolled back what was not committed.
"""

from __future__ import annotations

from odoosync.errors import OdoosyncError


class JobInterrupted(OdoosyncError):
    code = "interrupted"


class LeaseLost(JobInterrupted):
    code = "lease_lost"

    def __init__(self) -> None:
        super().__init__("Another worker has taken over. It goes on from the last stored page.")


class JobCancelled(JobInterrupted):
    code = "cancelled"

    def __init__(self) -> None:
        super().__init__("It was cancelled on request.")


class WorkerShutdown(JobInterrupted):
    code = "worker_stopping"

    def __init__(self) -> None:
        super().__init__("This worker is stopping. Another one goes on from the last stored page.")
