"""No caller gets more than its share: so many requests a second, with bursts of ten times as many.

Of a burst, a few requests are worked on at once. Whoever shows a token of ours is counted as that
user, wherever they call from; all others by their address, forged tokens included. Probes are never
refused.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from odoosync.accounts.errors import NotSignedIn
from odoosync.accounts.throttle import Throttle, network_of
from odoosync.accounts.tokens import Tokens
from odoosync.api.edge.request_turns import RequestTurns
from odoosync.api.problems import problem_of
from odoosync.clock import Clock
from odoosync.errors import TooMany

_BURST_SECONDS: Final = 10
_PROBES: Final = frozenset({"/healthz", "/readyz"})


class RateLimit:
    def __init__(self, app: ASGIApp, *, per_second: int, tokens: Tokens, clock: Clock) -> None:
        self.app = app
        self.throttle = Throttle(rate=per_second, burst=per_second * _BURST_SECONDS)
        self.turns = RequestTurns()
        self.tokens = tokens
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_probe(scope):
            await self.app(scope, receive, send)
            return
        caller, now = self._caller(scope), self.clock().timestamp()
        wait = self.throttle.wait(caller, now)
        if wait > 0:
            refusal = TooMany("Too many requests. Slow down.", retry_after=wait)
            await problem_of(refusal)(scope, receive, send)
            return
        self.throttle.take(caller, now)
        async with self.turns.of(caller):
            await self.app(scope, receive, send)

    def _caller(self, scope: Scope) -> str:
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token.count(".") == 2:  # noqa: PLR2004 - a JWT's dots
            try:
                return f"user {self.tokens.read(token, self.clock()).user_id}"
            except NotSignedIn:
                pass
        return network_of(scope["client"][0] if scope.get("client") else "")


def _is_probe(scope: Scope) -> bool:
    return scope["path"].removeprefix(scope.get("root_path", "")) in _PROBES
