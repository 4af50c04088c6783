"""Tokens: what proves that a caller has signed in.

Access tokens are JWTs under one fixed algorithm, signed with the key of the ring that the `kid`
header names. Refresh tokens and API keys cannot be guessed, so it is enough to keep their SHA-256.
The first refresh token of a session is random. Each later one is the HMAC of the one before it,
under a key of the ring. So a repeated refresh gets the same answer, which is kept nowhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import jwt

from odoosync.accounts.errors import NotSignedIn, TokenExpired
from odoosync.crypto import CannotOpen, KeyRing

ACCESS_LIFETIME: Final = timedelta(minutes=60)
REFRESH_LIFETIME: Final = timedelta(days=30)
KEY_PREFIX: Final = "osk_"
_REFRESH_PREFIX: Final = "osr_"
_ALGORITHM: Final = "HS256"
_BEYOND_IDS: Final = 2**63
_SESSION_ID: Final = re.compile("[0-9a-f-]{1,36}")
_ISSUER: Final = "odoosync"
_AUDIENCE: Final = "odoosync-api"
_CLAIMS: Final = ("iss", "aud", "sub", "tid", "sid", "kind", "iat", "exp", "jti", "auth_time")


@dataclass(frozen=True)
class Claims:
    """What an access token says; whether the session still stands is for the database to say."""

    user_id: int
    tenant_id: int
    session_id: str
    kind: Literal["password", "refresh"]
    auth_time: datetime


@dataclass(frozen=True)
class Tokens:
    key_ring: KeyRing

    def issue(self, claims: Claims, now: datetime) -> str:
        payload = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": str(claims.user_id),
            "tid": claims.tenant_id,
            "sid": claims.session_id,
            "kind": claims.kind,
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_LIFETIME).timestamp()),
            "jti": uuid.uuid4().hex,
            "auth_time": int(claims.auth_time.timestamp()),
        }
        key_id = self.key_ring.current
        return jwt.encode(
            payload, self.key_ring.key("sign", key_id), _ALGORITHM, headers={"kid": key_id}
        )

    def successors(self, refresh_token: str) -> list[str]:
        """Return the refresh token that follows under each key, the newest key first."""
        return [
            _successor(refresh_token, self.key_ring.key("refresh", key_id))
            for key_id, _ in self.key_ring.masters
        ]

    def read(self, token: str, now: datetime) -> Claims:
        """Return the claims of a token that we signed. Raises NotSignedIn or TokenExpired."""
        try:
            payload = self._verified(token)
            expires = datetime.fromtimestamp(payload["exp"], UTC)
            claims = Claims(
                user_id=_id(payload["sub"]),
                tenant_id=_id(payload["tid"]),
                session_id=_session_id(payload["sid"]),
                kind="password" if payload["kind"] == "password" else "refresh",
                auth_time=datetime.fromtimestamp(payload["auth_time"], UTC),
            )
        except (jwt.PyJWTError, CannotOpen, ValueError, TypeError, OverflowError, OSError) as error:
            raise NotSignedIn(
                "The access token is not one of ours. Sign in at /api/v1/auth/token."
            ) from error
        if expires <= now:
            raise TokenExpired("The access token has expired. Refresh it, or sign in again.")
        return claims

    def _verified(self, token: str) -> dict[str, Any]:
        key_id = jwt.get_unverified_header(token).get("kid")
        if not isinstance(key_id, str):
            raise jwt.InvalidTokenError
        payload: dict[str, Any] = jwt.decode(
            token,
            self.key_ring.key("sign", key_id),
            algorithms=[_ALGORITHM],
            issuer=_ISSUER,
            audience=_AUDIENCE,
            # The time is ours to judge: it is handed in.
            options={
                "require": list(_CLAIMS),
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        return payload


def _id(value: object) -> int:
    """Read an id as the database counts them. Raises ValueError."""
    number = int(str(value))
    if not 0 < number < _BEYOND_IDS:
        raise ValueError
    return number


def _session_id(value: object) -> str:
    """Read what a session may be called. Raises ValueError."""
    if not isinstance(value, str) or not _SESSION_ID.fullmatch(value):
        raise ValueError
    return value


def sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_refresh_token() -> str:
    return _REFRESH_PREFIX + secrets.token_urlsafe(32)


def _successor(refresh_token: str, key: bytes) -> str:
    digest = hmac.digest(key, refresh_token.encode(), hashlib.sha256)
    return _REFRESH_PREFIX + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def new_api_key() -> tuple[str, str]:
    """Return the prefix that lists show, and the whole key, which is shown once."""
    prefix = KEY_PREFIX + secrets.token_hex(4)
    return prefix, f"{prefix}_{secrets.token_urlsafe(32)}"
