"""Life under a path of somebody else's server: `/odoosync/api/…` where we are `/api/…`."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class RootPath:
    """Names the prefix; it does not matter whether the proxy has taken it off already."""

    def __init__(self, app: ASGIApp, *, root_path: str) -> None:
        self.app = app
        self.root_path = "/" + root_path.strip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            path = scope["path"]
            if path == self.root_path or path.startswith(self.root_path + "/"):
                path = path.removeprefix(self.root_path)
            scope = {**scope, "root_path": self.root_path, "path": self.root_path + path}
        await self.app(scope, receive, send)
