"""What ends an attempt early, named by what becomes of its lane.

::

OdoosyncError
└── LaneInterrupted      the attempt must end now, and commit nothing more
    ├── LaneLost         another attempt has the lane: say nothing, write nothing
    ├── LaneCancelled    a person asked for the end: the generation ends as cancelled
    └── LaneStopping     this worker goes away: the lane is put back, as it is

Whoever carries out a task lets these pass, having rolled back what was not committed.
"""

from __future__ import annotations

from odoosync.errors import OdoosyncError


class LaneInterrupted(OdoosyncError):
    code = "interrupted"


class LaneLost(LaneInterrupted):
    code = "lane_lost"

    def __init__(self) -> None:
        super().__init__("Another worker has taken over. It goes on from the last stored page.")


class LaneCancelled(LaneInterrupted):
    code = "cancelled"

    def __init__(self) -> None:
        super().__init__("It was cancelled on request.")


class LaneStopping(LaneInterrupted):
    code = "worker_stopping"

    def __init__(self) -> None:
        super().__init__("This worker is stopping. Another one goes on from the last stored page.")
