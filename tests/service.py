"""The real service as a process, as acceptance and live tests (and nobody else) start it."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from ports import free_port
from waiting import PATIENCE_S, wait_until

COMMAND = (sys.executable, "-c", "from odoosync.cli.main import main; main()")
PASSWORD = "api_password"
PROFILE = "/api/v1/profile/odoo-credentials"


@dataclass
class Caller:
    """A signed-in user of the service."""

    http: httpx.Client
    username: str

    def sign_in(self) -> None:
        form = {"username": self.username, "password": PASSWORD}
        token = self.ok(self.http.post("/api/v1/auth/token", data=form))["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **params: Any) -> Any:
        return self.ok(self.http.get(path, params=params))

    def post(self, path: str, body: Any = None) -> Any:
        return self.ok(self.http.post(path, json=body))

    def graphql(self, query: str) -> Any:
        answer = self.post("/graphql", {"query": query})
        assert "errors" not in answer, answer
        return answer["data"]

    @staticmethod
    def ok(answer: httpx.Response) -> Any:
        assert answer.status_code < 400, (answer.status_code, answer.text)
        return answer.json()


@dataclass
class Service:
    """One data folder, one database, one port; can be killed and started again."""

    folder: Path
    database_url: str
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ODOOSYNC_")}
        return kept | {
            "ODOOSYNC_DATA_DIR": str(self.folder / "data"),
            "ODOOSYNC_DATABASE_URL": self.database_url,
            "ODOOSYNC_LOG_LEVEL": "debug",
            "ODOOSYNC_ALLOWED_ODOO_HOSTS": "localhost:*",
            **self.settings,
        }

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of ours to its end."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment,
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
            timeout=PATIENCE_S,
        )

    def start(self) -> None:
        with self.log.open("ab") as output:
            before = output.tell()
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "--port", str(self.port), *self.options],
                env=self.environment,
                stdout=output,
                stderr=output,
            )
        wait_until(self._is_healthy)
        if "--no-worker" not in self.options:
            wait_until(lambda: b"worker_ready" in self.log.read_bytes()[before:])

    def _is_healthy(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-4000:]
        try:
            return httpx.get(f"{self.url}/healthz", timeout=PATIENCE_S).status_code == 200
        except httpx.TransportError:
            return False

    def worker(self) -> int | None:
        """Return the process id of the worker that runs as a child, if one does."""
        assert self.process is not None
        found = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return int(found.stdout.split()[0]) if found.stdout else None

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE_S)

    @contextmanager
    def signed_in(self, username: str) -> Iterator[Caller]:
        """Make a user by the command, and sign in."""
        made = self.run("user", "create", username, "--password-stdin", stdin=PASSWORD)
        assert made.returncode == 0, made.stderr
        with self._session(username) as caller:
            yield caller

    @contextmanager
    def registered(self, name: str = "", *, address: str = "127.0.0.1") -> Iterator[Caller]:
        """Make a user by the API, where anybody may register, and sign in from the address.

        Each request has a connection of its own: none is sent while the service closes an idle one.
        """
        name = name or f"user-{uuid.uuid4().hex[:12]}"
        form = {"username": name, "password": PASSWORD}
        with httpx.Client(
            base_url=self.url,
            timeout=PATIENCE_S,
            transport=httpx.HTTPTransport(
                local_address=address, limits=httpx.Limits(max_keepalive_connections=0)
            ),
        ) as http:
            Caller.ok(http.post("/api/v1/auth/register", json=form))
            caller = Caller(http, name)
            caller.sign_in()
            yield caller

    @contextmanager
    def as_one_who_has(self, authorization: str) -> Iterator[Caller]:
        """Go on as somebody who signed in at another process of the service."""
        headers = {"Authorization": authorization}
        with httpx.Client(base_url=self.url, timeout=PATIENCE_S, headers=headers) as http:
            yield Caller(http, "")

    @contextmanager
    def again(self, username: str) -> Iterator[Caller]:
        """Sign in once more."""
        with self._session(username) as caller:
            yield caller

    @contextmanager
    def _session(self, username: str) -> Iterator[Caller]:
        with httpx.Client(base_url=self.url, timeout=PATIENCE_S) as http:
            caller = Caller(http, username)
            caller.sign_in()
            yield caller


@contextmanager
def running_service(
    folder: Path, database_url: str, *options: str, **settings: str
) -> Iterator[Service]:
    """Serve until the block ends."""
    service = Service(folder, database_url, settings, options=options)
    service.start()
    try:
        yield service
    finally:
        service.stop()
