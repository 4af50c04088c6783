"""A real worker of real syncs whose lease no busy machine loses: a test ends it by hand.

Run as a program, with the service's environment variables.
"""

from __future__ import annotations

from odoosync.jobs.runner import Timing
from odoosync.log import configure_logging
from odoosync.settings import load_settings
from odoosync.worker import run_worker

LEASE_S = 3600.0


def main() -> None:
    configure_logging("info", "console")
    run_worker(load_settings(), timing=Timing(lease=LEASE_S, renew=0.3, look=0.3, beat=0.5))


if __name__ == "__main__":
    main()
