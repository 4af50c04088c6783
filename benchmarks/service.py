"""The real service as its users run it: `odoosync serve`, a data folder, calls over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson

from benchmarks import proc
from benchmarks.odoo import COMMAND, Odoo, free_port, wait_for

PASSWORD = "bench-password"
_LONGEST_S = 3_600
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Service:
    """A signed-in user whose active connection is the Odoo that is measured against."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]
    token: str = ""

    def get(self, path: str) -> Any:
        return self._call(path, None, {})

    def post(self, path: str, body: Any) -> Any:
        return self._call(path, orjson.dumps(body), {"Content-Type": "application/json"})

    def sync(self, **wishes: Any) -> dict[str, Any]:
        """Sync contacts and wait for the end; returns the run as the service tells it."""
        answer = self.post("/api/v1/contacts/sync", wishes)
        if not answer["success"]:
            raise RuntimeError(answer["message"])
        run: dict[str, Any] = answer["run"]
        return run

    def pids(self) -> dict[str, int]:
        """Return its processes: the API, the worker that is its child, and that one's maker."""
        (worker,) = proc.children(self.process.pid)
        pids = {"api": self.process.pid, "worker": worker}
        for child in proc.children(worker):
            with suppress(OSError):  # until it is what it is to be, it shares the worker's memory
                if "maker_process" in proc.command(child):
                    pids["maker"] = child
        return pids

    def processor_seconds(self) -> float:
        return sum(proc.processor_seconds(pid) for pid in self.pids().values())

    def sign_in(self, username: str) -> Service:
        form = {"username": username, "password": PASSWORD}
        body = urllib.parse.urlencode(form).encode()
        token = self._call("/api/v1/auth/token", body, {})["access_token"]
        return Service(self.url, self.folder, self.process, token)

    def _call(self, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        sent = headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        request = urllib.request.Request(f"{self.url}{path}", body, sent)
        with urllib.request.urlopen(request, timeout=_LONGEST_S) as answer:
            return orjson.loads(answer.read())


@contextmanager
def service_for(
    odoo: Odoo, command: Sequence[str] = COMMAND, *, worker_apart: bool = False
) -> Iterator[Service]:
    """Serve from an empty folder until the block ends; the worker as its child, or beside it."""
    with tempfile.TemporaryDirectory(prefix="odoosync-bench-") as name:
        folder, port = Path(name), free_port()
        url, environment = f"http://127.0.0.1:{port}", _environment(folder, odoo)
        arguments = ["serve", "--port", str(port), *(["--no-worker"] if worker_apart else [])]
        with _started([*command, *arguments], folder, environment) as process:
            wait_for(f"{url}/healthz", process)
            subprocess.run(
                [*COMMAND, "user", "create", "bench", "--password-stdin"],
                env=environment,
                input=PASSWORD.encode(),
                stdout=subprocess.DEVNULL,
                check=True,
            )
            service = Service(url, folder, process).sign_in("bench")
            service.post("/api/v1/profile/odoo-credentials", _credentials(odoo))
            apart = _started([*command, "worker"], folder, environment)
            with apart if worker_apart else nullcontext():
                _wait_for_worker(folder / "log")
                yield service


@contextmanager
def _started(
    command: Sequence[str], folder: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield process
    except BaseException:
        sys.stderr.write((folder / "log").read_text()[-4_000:])
        raise
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_for_worker(log: Path, *, seconds: float = 120) -> None:
    """Wait until a worker takes work, so that its start is not part of what is measured."""
    deadline = time.monotonic() + seconds
    while b"worker_ready" not in log.read_bytes():
        if time.monotonic() > deadline:
            raise TimeoutError("No worker started.")
        time.sleep(0.05)


def seconds_of(call: Callable[[], Told]) -> tuple[float, Told]:
    """Return how long a call took, and its answer."""
    started = time.perf_counter()
    answer = call()
    return time.perf_counter() - started, answer


def _environment(folder: Path, odoo: Odoo) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ODOOSYNC_")}
    return kept | {
        "ODOOSYNC_DATA_DIR": str(folder / "data"),
        "ODOOSYNC_DEFAULT_ODOO_URL": odoo.url,
        "ODOOSYNC_SYNC_WAIT": str(_LONGEST_S),
        "ODOOSYNC_RATE_LIMIT": "1000000",
    }


def _credentials(odoo: Odoo) -> dict[str, str]:
    return {
        "odoo_url": odoo.url,
        "odoo_database": odoo.database,
        "odoo_username": odoo.username,
        "odoo_password": odoo.secret,
    }
