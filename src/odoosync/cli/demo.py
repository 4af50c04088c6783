"""`odoosync demo`: a sandbox Odoo, the real service, and the way of a new user through both."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import aiohttp
import typer
from rich.console import Console

from odoosync.cli.tour import Tour
from odoosync.errors import Unavailable

_START_S: Final = 60.0
_STOP_S: Final = 15.0
_USER: Final = "api_user"
_PASSWORD: Final = "api_password"  # noqa: S105 - the seed's own example, for a throw-away database


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the two servers of the demo listen."""

    odoo_port: int
    service_port: int

    @property
    def odoo(self) -> str:
        return f"http://localhost:{self.odoo_port}"

    @property
    def service(self) -> str:
        return f"http://localhost:{self.service_port}"


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="End after the tour.")] = False,
    contacts: Annotated[int, typer.Option(help="Contacts in the sandbox.", min=1)] = 2_000,
    products: Annotated[int, typer.Option(help="Products in the sandbox.", min=1)] = 500,
) -> None:
    """Show a real sync through the real service, from a sandbox Odoo, in a throw-away folder."""
    with suppress(KeyboardInterrupt):
        asyncio.run(_demo(once=once, contacts=contacts, products=products))


async def _demo(*, once: bool, contacts: int, products: int) -> None:
    console = Console()
    addresses = Addresses(odoo_port=_port(8069), service_port=_port(8000))
    with tempfile.TemporaryDirectory(prefix="odoosync-demo-") as folder:
        environment = _environment(Path(folder), addresses)
        log = Path(folder) / "log"
        sandbox = ["sandbox", "--port", str(addresses.odoo_port)]
        sandbox += ["--contacts", str(contacts), "--products", str(products)]
        serve = ["serve", "--port", str(addresses.service_port)]
        async with (
            _running(sandbox, environment, log, f"{addresses.odoo}/web/version"),
            _running(serve, environment, log, f"{addresses.service}/healthz"),
        ):
            await _make_user(environment)
            header = await Tour(console, addresses.service, addresses.odoo).run(_USER, _PASSWORD)
            if once:
                console.print(
                    "\nThat was the tour; both servers end now. Without --once they stay."
                )
                return
            _show_addresses(console, addresses, header)
            await _until_interrupted()


def _environment(folder: Path, addresses: Addresses) -> dict[str, str]:
    """Keep the caller's own settings out of the demo, database and keys above all."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ODOOSYNC_")}
    return kept | {
        "ODOOSYNC_DATA_DIR": str(folder / "data"),
        "ODOOSYNC_DEFAULT_ODOO_URL": addresses.odoo,
        "ODOOSYNC_LOG_LEVEL": "warning",
    }


def _port(preferred: int) -> int:
    """Take the usual port, or any free one when somebody listens there."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise Unavailable("There is no free port on this machine.")


@asynccontextmanager
async def _running(
    command: list[str], environment: dict[str, str], log: Path, ready_at: str
) -> AsyncIterator[None]:
    """Run one of our own commands until the block ends; begins once `ready_at` answers."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *_ourselves(), *command, env=environment, stdout=output, stderr=output
        )
    try:
        await _answers(ready_at, process, log)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), _STOP_S)
            except TimeoutError:
                process.kill()
                await process.wait()


def _ourselves() -> list[str]:
    return [sys.executable, "-c", "from odoosync.cli.main import main; main()"]


async def _answers(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    deadline = asyncio.get_running_loop().time() + _START_S
    async with aiohttp.ClientSession() as session:
        while asyncio.get_running_loop().time() < deadline and process.returncode is None:
            with suppress(aiohttp.ClientError, OSError):
                async with session.get(url) as answer:
                    if answer.status == 200:  # noqa: PLR2004 - HTTP's OK
                        return
            await asyncio.sleep(0.1)
    raise Unavailable(f"{url} did not answer. The last lines of its log:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-10:])


async def _make_user(environment: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *_ourselves(),
        *("user", "create", _USER, "--password-stdin"),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    await process.communicate(_PASSWORD.encode())
    if process.returncode:
        raise Unavailable("The demo's user could not be made.")


def _show_addresses(console: Console, addresses: Addresses, header: str) -> None:
    console.print(f"\nBrowse it: sign in as [b]{_USER}[/b] with the password [b]{_PASSWORD}[/b].")
    console.print(f"  GraphiQL     {addresses.service}/graphql")
    console.print(f"  API docs     {addresses.service}/docs")
    console.print(f"  Sandbox Odoo {addresses.odoo}  (database odoo_db, admin / admin)")
    console.print("\nFor curl, good for an hour:")
    console.print(f"Authorization: {header}", soft_wrap=True, markup=False)
    console.print("Serving until Ctrl-C.")


async def _until_interrupted() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    await stop.wait()
