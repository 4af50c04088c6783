"""A real worker that finds its memory full once: a test sees it begin anew, in the same process.

Run as a program, with the service's environment variables and a file to note that it was full.
"""

from __future__ import annotations

import sys
from pathlib import Path
from unittest.mock import patch

from odoosync.jobs import worker
from odoosync.log import configure_logging
from odoosync.settings import load_settings
from odoosync.worker import run_worker


def main() -> None:
    was_full = Path(sys.argv[1])

    def held_bytes() -> int:
        if was_full.exists():
            return 0
        was_full.touch()
        return 2**50

    configure_logging("info", "console")
    with patch.object(worker, "held_bytes", held_bytes):
        run_worker(load_settings())


if __name__ == "__main__":
    main()
