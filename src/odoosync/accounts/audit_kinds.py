"""The words of the audit trail: every kind of entry, and what it tells.

A kind is `noun.what_happened`; the noun alone means all of its kinds where a list is asked for.
"""

from __future__ import annotations

from typing import Final, Literal

from odoosync.errors import InvalidInput
from odoosync.spelling import did_you_mean, shown

Kind = Literal[
    "session.started",
    "session.refused",
    "session.ended",
    "session.refresh_reused",
    "user.created",
    "user.deleted",
    "user.disabled",
    "user.enabled",
    "user.password_changed",
    "user.password_refused",
    "user.address_changed",
    "user.address_confirmed",
    "user.confirmation_asked",
    "api_key.created",
    "api_key.revoked",
    "api_key.released",
    "credentials.set",
    "credentials.revealed",
    "credentials.tested",
    "credentials.deleted",
    "connection.created",
    "connection.renamed",
    "connection.changed",
    "connection.activated",
    "connection.paused",
    "connection.resumed",
    "connection.deleted",
    "connection.restored",
    "connection.removed",
    "sync.started",
    "sync.cancelled",
    "verify.started",
    "repair.started",
    "deletions.confirmed",
    "restored.confirmed",
    "schedule.changed",
    "webhook.created",
    "webhook.changed",
    "webhook.deleted",
    "webhook.replayed",
    "database.saved",
    "database.restored",
    "keys.rotated",
    "keys.forgotten",
]

MEANINGS: Final[dict[Kind, str]] = {
    "session.started": "Somebody signed in with a password. `oldest_ended` counts sessions "
    "that ended because a user may have only so many.",
    "session.refused": "A sign-in failed. `not_recorded` counts those that were too many to keep.",
    "session.ended": "Somebody signed out.",
    "session.refresh_reused": "A refresh token came again later than it may; its session ended.",
    "user.created": "A user was made.",
    "user.deleted": "A user was deleted with all their data.",
    "user.disabled": "A user was shut out; their sessions ended.",
    "user.enabled": "A disabled user was let in again.",
    "user.password_changed": "A user got a new password; their sessions ended.",
    "user.password_refused": "The current password, asked for before a change, was wrong.",
    "user.address_changed": "A user got another mail address, or none any more.",
    "user.address_confirmed": "Somebody followed the link in an email and confirmed the address.",
    "user.confirmation_asked": "An email with a link was asked for, to confirm a mail address.",
    "api_key.created": "An API key was made.",
    "api_key.revoked": "An API key was revoked.",
    "api_key.released": "An API key that rested since a restore may be used again.",
    "credentials.set": "Odoo credentials were stored, after a test.",
    "credentials.revealed": "The password of Odoo was shown to its owner.",
    "credentials.tested": "Odoo credentials were tried; `result` is `ok` or the error's code.",
    "credentials.deleted": "The stored secret of a connection was removed.",
    "connection.created": "A connection was made.",
    "connection.renamed": "A connection got another name.",
    "connection.changed": "What a connection keeps, or how it syncs, was changed.",
    "connection.activated": "A connection became the active one, `instead_of` another.",
    "connection.paused": "Syncing of a connection was paused.",
    "connection.resumed": "Syncing of a connection goes on.",
    "connection.deleted": "A connection was deleted; its copy waits out the grace period.",
    "connection.restored": "A deleted connection was brought back.",
    "connection.removed": "The grace period was over, and the copy was removed for good.",
    "sync.started": "Somebody asked for a sync; `joined` when it became part of one that waited.",
    "sync.cancelled": "A run was told to stop.",
    "verify.started": "A verification was asked for.",
    "repair.started": "A verification was asked for that repairs what differs.",
    "deletions.confirmed": "Deletions that were held back may be marked.",
    "restored.confirmed": "Odoo's database was restored on purpose; the copy goes back, too.",
    "schedule.changed": "When a dataset is synced by itself was changed, `from` what `to` what.",
    "webhook.created": "A webhook was made.",
    "webhook.changed": "A webhook was changed, paused or resumed, or got a new secret.",
    "webhook.deleted": "A webhook was deleted.",
    "webhook.replayed": "Deliveries of a webhook were asked for again.",
    "database.saved": "A backup was written.",
    "database.restored": "The database was put back to a backup.",
    "keys.rotated": "The stored secrets were sealed anew under the newest key.",
    "keys.forgotten": "A lost key was given up, with the secrets that it sealed.",
}


class UnknownKind(InvalidInput):
    code = "unknown_kind"

    def __init__(self, kind: str) -> None:
        nouns = list(dict.fromkeys(one.partition(".")[0] for one in MEANINGS))
        likely = did_you_mean(kind, [*nouns, *MEANINGS])
        super().__init__(
            f"There is no audit entry of the kind {shown(kind)!r}.{likely} "
            f"Use a kind such as session.started, or all of one of {', '.join(nouns)}."
        )


def kinds_meant(kind: str) -> tuple[Kind, ...]:
    """Return the kinds that `session` or `session.started` means. Raises UnknownKind."""
    meant = tuple(one for one in MEANINGS if kind in {one, one.partition(".")[0]})
    if not meant:
        raise UnknownKind(kind)
    return meant
