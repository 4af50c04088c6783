"""The sandbox on a socket: in a thread for tests, in the foreground for the command."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Collection
from contextlib import suppress
from math import inf
from threading import Thread
from typing import TYPE_CHECKING, Self

import uvicorn
from starlette.types import ASGIApp

from odoo_sandbox.faults import Faults
from odoo_sandbox.http import sandbox_app
from odoo_sandbox.world import World

if TYPE_CHECKING:
    from types import TracebackType

_START_SECONDS = 10.0


class NotListening(OSError):
    """It got no port; the message says what to do."""


class _PromptServer(uvicorn.Server):
    """Ends as soon as it is told to: uvicorn's own looks for that ten times a second."""

    _loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        self._told = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        await self.on_tick(0)
        if not self.should_exit:
            await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen no more, and let calls end that are being answered."""
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - uvicorn tells nobody
                    await asyncio.sleep(0.005)

    def end(self) -> None:
        """Tell it to end, from another thread."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._told.set)


class SandboxServer:
    """Serves a world from a thread, on a free loopback port; the world stays in reach.

    >>> with SandboxServer(world) as server:
    ...     server.url, server.faults, server.world
    """

    def __init__(
        self,
        world: World,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        keep_alive: bool = True,
        bytes_per_second: float = inf,
        path: str = "",
        languages: Collection[str] = (),
    ) -> None:
        self.world = world
        self.path = path
        self.faults = Faults()
        self._socket = _bound(host, port)
        self.host, self.port = self._socket.getsockname()[:2]
        app = sandbox_app(
            world,
            self.faults,
            keep_alive=keep_alive,
            bytes_per_second=bytes_per_second,
            path=path,
            languages=languages,
        )
        self._server = _PromptServer(_config(app))
        self._thread = Thread(target=self._serve, name="sandbox-odoo", daemon=True)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}{self.path}"

    def start(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise NotListening("The sandbox did not start; look at its port.")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        self.faults.closing = True
        self._server.end()
        self._thread.join(_START_SECONDS)
        self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])


def run(
    host: str, port: int, world: World, *, bytes_per_second: float = inf, path: str = ""
) -> None:
    """Serve in the foreground until interrupted."""
    app = sandbox_app(world, bytes_per_second=bytes_per_second, path=path)
    uvicorn.Server(_config(app)).run(sockets=[_bound(host, port)])


def _bound(host: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise NotListening(
            f"The sandbox cannot listen on {host}:{port}; is the port taken? Choose another one."
        ) from error
    return made


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
