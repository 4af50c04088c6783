"""Who calls, and what they may do: the one value that the surfaces hand to the rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from odoosync.accounts.errors import AdminNeeded, BadScopes, ScopeMissing, SessionNeeded

Scope = Literal["read", "sync", "manage"]
Kind = Literal["password", "refresh", "api_key"]
ALL_SCOPES: Final[frozenset[Scope]] = frozenset(get_args(Scope))


@dataclass(frozen=True)
class Principal:
    """`auth_time` is when the password was given; a refreshed token keeps it, a key has none.

    `address` is where the caller calls from, `key_id` the API key that was sent.
    """

    user_id: int
    tenant_id: int
    username: str
    is_admin: bool
    scopes: frozenset[Scope]
    kind: Kind
    session_id: str | None = None
    auth_time: datetime | None = None
    address: str = ""
    key_id: int | None = None

    def need(self, scope: Scope) -> None:
        """Raise ScopeMissing unless the caller has the scope."""
        if scope not in self.scopes:
            raise ScopeMissing(f"This needs the scope {scope!r}. Use an API key that has it.")

    def need_session(self) -> str:
        """Return the session's id. Raises SessionNeeded for an API key."""
        if self.session_id is None:
            raise SessionNeeded("An API key may not do this. Sign in with the password.")
        return self.session_id

    def need_admin(self) -> None:
        """Raise AdminNeeded unless the caller is an administrator."""
        if not self.is_admin:
            raise AdminNeeded("Only an administrator may do this.")

    def gave_password_within(self, span: timedelta, now: datetime) -> bool:
        """Tell whether this very token came from a password, at most `span` ago."""
        recent = self.auth_time is not None and now - self.auth_time <= span
        return self.kind == "password" and recent


def parse_scopes(names: frozenset[str]) -> frozenset[Scope]:
    """Raise BadScopes unless there is at least one, and each is known."""
    known = frozenset(scope for scope in ALL_SCOPES if scope in names)
    if not known or len(known) != len(names):
        raise BadScopes("Scopes are one or more of read, sync and manage.")
    return known
