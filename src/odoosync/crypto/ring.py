"""Secrets: sealed with AES-256-GCM under a versioned key ring, opened by one explicit call.

A sealed value is text, `2.KEYID.BASE64(nonce + ciphertext)`, bound to a context: the row that it is
in, and where it is sent. Copied to another row, or beside another URL, it does not open.
Keys for sealing and for signing are derived apart from the ring's master keys, so that neither use
can weaken the other.
It knows nothing of where keys or sealed values are kept.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from odoosync.errors import OdoosyncError

MASK: Final = "********"
_FORMAT: Final = "2"
_OF_ROW_ALONE: Final = "1"
_GIVEN_UP: Final = "0"
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32


class CannotOpen(OdoosyncError):
    """The sealed value does not belong here, or its key is not in the ring."""

    code = "secret_unreadable"


class BadKeyRing(OdoosyncError):
    """The text that should hold the keys does not."""

    code = "bad_key_ring"


@dataclass(frozen=True, repr=False)
class Secret:
    """A value that never shows itself; `reveal()` is the one way to read it."""

    _value: str

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    __str__ = __repr__


def _derived(master: bytes, purpose: str) -> bytes:
    return HKDF(
        algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=f"odoosync/{purpose}".encode()
    ).derive(master)


@dataclass(frozen=True, repr=False)
class KeyRing:
    """Master keys by id; the first one seals and signs, all of them open and verify."""

    masters: tuple[tuple[str, bytes], ...]

    @property
    def current(self) -> str:
        return self.masters[0][0]

    def key(self, purpose: str, key_id: str | None = None) -> bytes:
        """Return the 32-byte key for a purpose. Raises CannotOpen for an id not in the ring."""
        wanted = key_id or self.current
        for known, master in self.masters:
            if known == wanted:
                return _derived(master, purpose)
        raise CannotOpen(
            f"The key {wanted!r} is not in the key ring. Put it back into ODOOSYNC_SECRET_KEYS."
        )

    def fingerprint(self, key_id: str) -> str:
        """Return what tells a key from another of the same id; nothing follows from it."""
        return self.key("fingerprint", key_id).hex()

    def __contains__(self, key_id: str) -> bool:
        return any(known == key_id for known, _ in self.masters)

    def seal(self, secret: Secret, context: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        cipher = AESGCM(self.key("seal")).encrypt(nonce, secret.reveal().encode(), context.encode())
        return f"{_FORMAT}.{self.current}.{base64.urlsafe_b64encode(nonce + cipher).decode()}"

    def open(self, sealed: str, context: str) -> Secret:
        """Return the secret. Raises CannotOpen when it was moved, altered, or its key is gone."""
        if is_old_format(sealed):
            raise CannotOpen(
                "The stored secret was sealed by an older version of Odoosync. The operator seals "
                "it anew with `odoosync keys rotate --old-format`."
            )
        return self._opened(_FORMAT, sealed, context)

    def open_old(self, sealed: str, context: str) -> Secret:
        """Open what is bound to its row alone, wherever that says it is sent. Raises CannotOpen.

        Only for an operator who looks at each URL: whoever edits the database sets it.
        """
        return self._opened(_OF_ROW_ALONE, sealed, context)

    def _opened(self, wanted: str, sealed: str, context: str) -> Secret:
        try:
            version, key_id, payload = sealed.split(".")
            raw = base64.urlsafe_b64decode(payload)
        except ValueError as error:
            raise CannotOpen(
                "The stored secret is damaged. Store the credentials again."
            ) from error
        if version == _GIVEN_UP:
            raise CannotOpen(
                f"The key {key_id!r} was lost, and this secret with it. "
                "Store the credentials again, or rotate the secret."
            )
        if version != wanted:
            raise CannotOpen("The stored secret was written by another version of Odoosync.")
        cipher = AESGCM(self.key("seal", key_id))
        try:
            plain = cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(
                "The stored secret does not open: its key is another one (ODOOSYNC_SECRET_KEYS), or"
                " the row was changed in the database, such as its URL. Store the credentials again"
                ", or rotate the secret."
            ) from error
        return Secret(plain.decode())

    def to_text(self) -> str:
        return ",".join(
            f"{name}:{base64.urlsafe_b64encode(key).decode()}" for name, key in self.masters
        )

    def __repr__(self) -> str:
        return f"KeyRing({[name for name, _ in self.masters]})"


def is_old_format(sealed: str) -> bool:
    """Tell what is bound to its row alone: `KeyRing.open` refuses it."""
    return sealed.startswith(f"{_OF_ROW_ALONE}.")


def bound_to(*parts: str | int | None) -> str:
    """Return the context of these parts; none of them can stand for another's end."""
    return json.dumps(parts, ensure_ascii=True, separators=(",", ":"))


def given_up(key_id: str) -> str:
    """Return what stands in the place of a secret whose key is lost for good."""
    return f"{_GIVEN_UP}.{key_id}."


def new_key_ring(key_id: str | None = None) -> KeyRing:
    """Make a ring of one key. Ids differ, so that a lost ring, once found, can join a newer."""
    return KeyRing(masters=((key_id or f"k{os.urandom(4).hex()}", os.urandom(_KEY_BYTES)),))


def parse_key_ring(text: str) -> KeyRing:
    """Read `id:base64,id:base64` (newest first; each key is 32 bytes). Raises BadKeyRing."""
    masters: list[tuple[str, bytes]] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, altchars=b"-_", validate=True)
        except ValueError:
            key = b""
        if len(key) != _KEY_BYTES or not name.isalnum() or name in dict(masters):
            raise BadKeyRing(
                "ODOOSYNC_SECRET_KEYS must read `id:key,id:key`, newest first, each id once, "
                "letters and digits only, each key 32 bytes in URL-safe base64."
            )
        masters.append((name, key))
    if not masters:
        raise BadKeyRing("ODOOSYNC_SECRET_KEYS holds no key.")
    return KeyRing(masters=tuple(masters))
