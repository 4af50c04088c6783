"""What an owner does to their connections: each is tested, committed and audited here.

One place for all surfaces. Stopping what syncs is above this room, so it is handed in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

from odoosync.accounts import audit
from odoosync.accounts.audit_kinds import Kind
from odoosync.clock import Clock
from odoosync.connections import store
from odoosync.connections.activation import ActivationResult
from odoosync.connections.asking import check_with_odoo, must_ask
from odoosync.connections.connection import Connection
from odoosync.connections.errors import (
    ConnectionExists,
    MaskSent,
)
from odoosync.connections.guessing import one_guess
from odoosync.connections.store import Tested
from odoosync.connections.testing import TEST_SECONDS, run_test
from odoosync.crypto import MASK, KeyRing
from odoosync.db import Database, Tx
from odoosync.jobs import run_queue
from odoosync.odoo.client import OdooClient, open_client
from odoosync.odoo.deadline import Deadline
from odoosync.odoo.errors import OdooError
from odoosync.odoo.facts import ServerFacts
from odoosync.odoo.login import Login, typed_secret
from odoosync.odoo.messages import Handler
from odoosync.odoo.rate_limits import CALLS_AFTER_WAITS_S, RateLimitedHandler
from odoosync.odoo.tenant_handler import TenantHandler
from odoosync.odoo.transport import Transport
from odoosync.odoo.url import parse_odoo_url, trimmed
from odoosync.quotas import Quotas, check_quota

StopRuns = Callable[[Tx, int], Awaitable[None]]
CheckFields = Callable[[OdooClient, Mapping[str, Sequence[str]]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose connections are meant, and who acts: the owner themselves, or the operator."""

    tenant_id: int
    actor: audit.Actor


@dataclass(frozen=True, slots=True)
class Change:
    """What to change; None leaves it. `preferences` holds only those that change."""

    name: str | None = None
    extra_fields: dict[str, list[str]] | None = None
    preferences: Mapping[str, Any] = field(default_factory=dict)

    @property
    def field_names(self) -> dict[str, list[str]]:
        """The fields that are named, by dataset."""
        narrowed, extra = self.preferences.get("fields") or {}, self.extra_fields or {}
        return {
            dataset: [*narrowed.get(dataset, ()), *extra.get(dataset, ())]
            for dataset in {**narrowed, **extra}
        }


@dataclass(frozen=True, slots=True)
class ConnectionService:
    """`stop_runs` asks every run of a connection to stop, in the transaction it is handed.

    `check_fields` asks Odoo whether it has fields, by dataset.
    """

    database: Database
    transport: Transport
    key_ring: KeyRing
    clock: Clock
    stop_runs: StopRuns
    check_fields: CheckFields
    grace: timedelta
    test_seconds: float = TEST_SECONDS
    quotas: Quotas = field(default_factory=Quotas)

    async def try_out(
        self,
        owner: Owner,
        login: Login,
        connection_id: int | None = None,
        *,
        handler: RateLimitedHandler | None = None,
    ) -> Tested:
        """Log in, leaving an entry of how that went.

        Raises MaskSent, TooManyWrongPasswords, OdooError.

        With a `handler` its calls are a part of a longer conversation.
        """
        if trimmed(login.secret) == MASK:
            raise MaskSent
        async with one_guess(self.database, owner.tenant_id, login, self.clock()):
            return await self._try_out(owner, login, connection_id, handler)

    async def _try_out(
        self,
        owner: Owner,
        login: Login,
        connection_id: int | None,
        handler: RateLimitedHandler | None,
    ) -> Tested:
        result, where = "interrupted", str(login.url)
        asked = handler or self._handler(owner)
        try:
            tested = await run_test(asked, login, clock=self.clock)
        except OdooError as error:
            result = error.code
            raise
        else:
            result, where = "ok", tested.odoo_url
            return replace(tested, is_rate_limited=asked.is_limited)
        finally:
            about = {"odoo_url": where, "odoo_database": login.database, "result": result}
            async with self.database.tenant(owner.tenant_id) as tx:
                await self._note(
                    tx, owner, "credentials.tested", connection_id, login.username, **about
                )
                if asked.is_limited and connection_id is not None:
                    await store.note_rate_limit(tx, connection_id, self.clock())

    async def save(
        self, owner: Owner, login: Login, extra_fields: dict[str, list[str]] | None
    ) -> tuple[Tested, ActivationResult]:
        """Store credentials of any pair that log in, and make its connection the active one.

        A known pair gets the new login, and comes back if it was deleted. Raises OdooError, and
        InvalidInput for fields that cannot be kept.
        """
        handler = self._handler(owner)
        tested = await self.try_out(owner, login, handler=handler)
        found = login.at(parse_odoo_url(tested.odoo_url))
        change = Change(extra_fields=extra_fields)
        await self._check(handler, found, tested.server, change)
        async with self.database.tenant(owner.tenant_id) as tx:
            await store.one_at_a_time(tx)
            known = await store.known_of(tx, tested, self.clock())
            saved = await self._keep(tx, owner, tested, known, activate=True)
            await self._set_and_tell(tx, owner, saved.connection.id, change)
        return tested, saved

    async def create(
        self, owner: Owner, login: Login, change: Change, *, activate: bool = False
    ) -> ActivationResult:
        """Store an Odoo whose credentials log in; it is active when it is the only one.

        One that was deleted comes back with its copy. Raises OdooError, ConnectionExists and
        BadPreference.
        """
        await self._refuse_known(owner, login)
        handler = self._handler(owner)
        tested = await self.try_out(owner, login, handler=handler)
        found = login.at(parse_odoo_url(tested.odoo_url))
        await self._check(handler, found, tested.server, change)
        async with self.database.tenant(owner.tenant_id) as tx:
            await store.one_at_a_time(tx)
            known = await store.known_of(tx, tested, self.clock())
            if known is not None and known.deleted_at is None:
                raise ConnectionExists(known.id)
            made = await self._keep(tx, owner, tested, known, activate=activate)
            await self._set(tx, made.connection.id, change)
            return replace(made, connection=await store.get(tx, made.connection.id))

    async def change(self, owner: Owner, connection_id: int, change: Change) -> Connection:
        """Change it, asking Odoo about what only Odoo knows.

        Other fields, another language or other companies make the next sync a full pass. Raises
        NoConnection, BadPreference, OdooError.
        """
        if change.field_names or must_ask(change.preferences):
            async with self.database.tenant(owner.tenant_id, write=False) as tx:
                connection = await store.get(tx, connection_id)
                secret = await self._stored_secret(tx, connection)
            login = _login(connection, None, secret)
            await self._check(self._handler(owner), login, connection.server, change)
        async with self.database.tenant(owner.tenant_id) as tx:
            await self._set_and_tell(tx, owner, connection_id, change)
            return await store.get(tx, connection_id)

    async def change_credentials(
        self, owner: Owner, connection_id: int, username: str | None, secret: str
    ) -> Connection:
        """Replace the login, or its secret alone, by one that logs in to the same database.

        Another login makes the next sync a full pass. Raises NoConnection, OdooError.
        """
        async with self.database.tenant(owner.tenant_id, write=False) as tx:
            connection = await store.get(tx, connection_id)
        tested = await self.try_out(owner, _login(connection, username, secret), connection_id)
        async with self.database.tenant(owner.tenant_id) as tx:
            await store.get(tx, connection_id)  # it may have been deleted while it was tested
            await run_queue.run_now(tx, connection_id)
            await store.put_credentials(tx, self.key_ring, connection_id, tested, self.clock())
            login = tested.odoo_username
            await self._note(tx, owner, "credentials.set", connection_id, login)
            return await store.get(tx, connection_id)

    async def test(
        self, owner: Owner, connection_id: int, username: str | None, secret: str | None
    ) -> Tested:
        """Run the staged test with the stored credentials or other ones, saving none.

        Raises NoConnection, OdooError.
        """
        async with self.database.tenant(owner.tenant_id, write=False) as tx:
            connection = await store.get(tx, connection_id)
            stored = username is None and secret is None
            if secret is None:
                secret = await self._stored_secret(tx, connection)
        tested = await self.try_out(owner, _login(connection, username, secret), connection_id)
        if stored:
            async with self.database.tenant(owner.tenant_id) as tx:
                await store.update(tx, connection_id, self.clock(), tested_at=self.clock())
        return tested

    async def activate(self, owner: Owner, connection_id: int) -> ActivationResult:
        """Make it the one that is meant when none is named. Raises NoConnection."""
        async with self.database.tenant(owner.tenant_id) as tx:
            await store.one_at_a_time(tx)
            await store.get(tx, connection_id)
            before = await self._make_active(tx, owner, connection_id)
            return ActivationResult(await store.get(tx, connection_id), before)

    async def pause(self, owner: Owner, connection_id: int) -> Connection:
        """Sync nothing any more, by schedule or by hand; what is syncing stops within a page."""
        async with self.database.tenant(owner.tenant_id) as tx:
            connection = await store.get(tx, connection_id)
            if connection.paused_at is None:
                now = self.clock()
                await store.update(tx, connection_id, now, paused_at=now)
                await self.stop_runs(tx, connection_id)
                await self._note(tx, owner, "connection.paused", connection_id)
            return await store.get(tx, connection_id)

    async def resume(self, owner: Owner, connection_id: int) -> Connection:
        async with self.database.tenant(owner.tenant_id) as tx:
            connection = await store.get(tx, connection_id)
            if connection.paused_at is not None:
                await store.update(tx, connection_id, self.clock(), paused_at=None)
                await self._note(tx, owner, "connection.resumed", connection_id)
            return replace(connection, paused_at=None)

    async def delete(self, owner: Owner, connection_id: int) -> Connection:
        """Remove the secret at once and hide the copy, which is kept for the grace period.

        When it was the active one, none is active until the owner says which.
        """
        now = self.clock()
        async with self.database.tenant(owner.tenant_id) as tx:
            await store.get(tx, connection_id)
            await self.stop_runs(tx, connection_id)
            await store.delete(tx, connection_id, now, grace=self.grace)
            await self._note(tx, owner, "credentials.deleted", connection_id)
            await self._note(tx, owner, "connection.deleted", connection_id)
            return await store.get(tx, connection_id, include_deleted=True)

    async def restore(
        self, owner: Owner, connection_id: int, username: str | None, secret: str
    ) -> ActivationResult:
        """Bring a deleted connection back with its copy, by credentials that log in.

        Active again when no other is. Raises NoConnection when it is gone for good, NotDeleted,
        OdooError.
        """
        async with self.database.tenant(owner.tenant_id, write=False) as tx:
            connection = await store.restorable(tx, connection_id, self.clock())
        tested = await self.try_out(owner, _login(connection, username, secret), connection_id)
        async with self.database.tenant(owner.tenant_id) as tx:
            await store.one_at_a_time(tx)
            known = await store.restorable(tx, connection_id, self.clock())
            return await self._keep(tx, owner, tested, known, activate=False)

    async def _keep(
        self, tx: Tx, owner: Owner, tested: Tested, known: Connection | None, *, activate: bool
    ) -> ActivationResult:
        """Store what logged in: a connection is made, or the known one has it, deleted or not.

        It becomes active when no other is.
        """
        now, login = self.clock(), tested.odoo_username
        how: Literal["created", "restored"] | None = None
        if known is None or known.deleted_at is not None:
            check_quota(await store.count(tx), self.quotas.connections, "connections")
        kept = known.id if known else await store.add(tx, tested, now)
        await run_queue.run_now(tx, kept)  # what waited because the old credentials were rejected
        await store.put_credentials(tx, self.key_ring, kept, tested, now)
        if known is None:
            how = "created"
            await self._note(tx, owner, "connection.created", kept, login)
        elif known.deleted_at is not None:
            how = "restored"
            await self._note(tx, owner, "connection.restored", kept, login)
        await self._note(tx, owner, "credentials.set", kept, login)
        before = await _active_id(tx)
        if activate or before is None:
            await self._make_active(tx, owner, kept)
        return ActivationResult(await store.get(tx, kept), before, how)

    async def _make_active(self, tx: Tx, owner: Owner, connection_id: int) -> int | None:
        """Switch to a connection; returns the id of the one that it takes the place of."""
        before = await _active_id(tx)
        if before != connection_id:
            await store.make_active(tx, connection_id, self.clock())
            await self._note(tx, owner, "connection.activated", connection_id, instead_of=before)
        return before

    async def _refuse_known(self, owner: Owner, login: Login) -> None:
        """Say at once that there is one already, where that is clear without a call to Odoo."""
        if login.other_urls:
            return
        async with self.database.tenant(owner.tenant_id, write=False) as tx:
            known = await store.of_pair(tx, str(login.url), login.database)
        if known is not None and known.deleted_at is None:
            raise ConnectionExists(known.id)

    async def _stored_secret(self, tx: Tx, connection: Connection) -> str:
        """Return the password to ask Odoo with. Raises UserDisabled, CannotOpen."""
        await store.check_not_suspended(tx)
        return (await store.secret_of(tx, self.key_ring, connection)).reveal()

    def _handler(self, owner: Owner) -> RateLimitedHandler:
        """Return what asks an Odoo while a person waits for the answer."""
        timed = Deadline(TenantHandler(self.transport, owner.tenant_id), self.test_seconds)
        return RateLimitedHandler(timed, patience=self.test_seconds - CALLS_AFTER_WAITS_S)

    async def _check(
        self, handler: Handler, login: Login, server: Mapping[str, Any] | None, change: Change
    ) -> None:
        """Ask Odoo whether it has what is wanted. Raises InvalidInput, OdooError."""
        names = change.field_names
        if names or must_ask(change.preferences):
            known = ServerFacts.from_json(server)
            client = await open_client(handler, login, known=known, now=self.clock())
            await check_with_odoo(client, change.preferences)
            await self.check_fields(client, names)

    async def _set(self, tx: Tx, connection_id: int, change: Change) -> list[str]:
        """Change what differs, and return the names of that."""
        values = _differing(await store.get(tx, connection_id), change)
        if values:
            await store.update(tx, connection_id, self.clock(), **values)
        return sorted(values)

    async def _set_and_tell(self, tx: Tx, owner: Owner, connection_id: int, change: Change) -> None:
        before = await store.get(tx, connection_id)
        what = await self._set(tx, connection_id, change)
        if "name" in what:
            what.remove("name")
            names = {"name": change.name, "before": before.name}
            await self._note(tx, owner, "connection.renamed", connection_id, None, **names)
        if what:
            await self._note(tx, owner, "connection.changed", connection_id, what=what)

    async def _note(
        self,
        tx: Tx,
        owner: Owner,
        kind: Kind,
        connection_id: int | None,
        odoo_login: str | None = None,
        **detail: Any,
    ) -> None:
        """Add an entry to the audit trail."""
        await audit.record(
            tx,
            kind,
            owner.actor,
            at=self.clock(),
            connection_id=connection_id,
            odoo_login=odoo_login,
            detail=detail,
        )


def _differing(before: Connection, change: Change) -> dict[str, Any]:
    """Return the columns that a change sets to something else."""
    preferences = replace(before.preferences, **change.preferences)
    wanted = {
        "name": (before.name, change.name),
        "extra_fields": (before.extra_fields, change.extra_fields),
        "preferences": (before.preferences.to_json(), preferences.to_json()),
    }
    return {name: new for name, (old, new) in wanted.items() if new is not None and new != old}


async def _active_id(tx: Tx) -> int | None:
    return next((one.id for one in await store.every(tx) if one.is_active), None)


def _login(connection: Connection, username: str | None, secret: str) -> Login:
    return Login(
        url=parse_odoo_url(connection.odoo_url),
        database=connection.odoo_database,
        username=username or connection.odoo_username,
        secret=typed_secret(secret),
    )
