from __future__ import annotations

from datetime import timedelta

import jwt
import pytest

from odoosync.accounts.errors import NotSignedIn, TokenExpired
from odoosync.accounts.tokens import Claims, Tokens, new_api_key
from odoosync.crypto import KeyRing, new_key_ring
from people import NOW

CLAIMS = Claims(7, 3, "0b0c", "password", NOW.replace(microsecond=0))


def test_a_token_says_what_it_was_issued_with() -> None:
    tokens = Tokens(new_key_ring("k1"))
    assert tokens.read(tokens.issue(CLAIMS, NOW), NOW) == CLAIMS


def test_a_token_carries_the_promised_claims() -> None:
    token = Tokens(new_key_ring("k1")).issue(CLAIMS, NOW)
    payload = jwt.decode(token, options={"verify_signature": False})
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "kid": "k1", "typ": "JWT"}
    assert {"iss", "aud", "sub", "sid", "iat", "exp", "jti", "auth_time"} <= set(payload)
    assert payload["exp"] - payload["iat"] == 3600


def test_a_token_ends_after_an_hour() -> None:
    tokens = Tokens(new_key_ring("k1"))
    token = tokens.issue(CLAIMS, NOW)
    tokens.read(token, NOW + timedelta(minutes=59))
    with pytest.raises(TokenExpired):
        tokens.read(token, NOW + timedelta(minutes=60))


def test_a_token_outlives_a_rotation_of_keys() -> None:
    old, new = new_key_ring("k1"), new_key_ring("k2")
    token = Tokens(old).issue(CLAIMS, NOW)
    rotated = Tokens(KeyRing(masters=new.masters + old.masters))
    assert rotated.read(token, NOW) == CLAIMS
    assert jwt.get_unverified_header(rotated.issue(CLAIMS, NOW))["kid"] == "k2"


def test_a_token_under_a_key_that_is_gone_is_refused() -> None:
    token = Tokens(new_key_ring("k1")).issue(CLAIMS, NOW)
    with pytest.raises(NotSignedIn):
        Tokens(new_key_ring("k2")).read(token, NOW)


def test_a_token_that_another_ring_signed_under_the_same_id_is_refused() -> None:
    token = Tokens(new_key_ring("k1")).issue(CLAIMS, NOW)
    with pytest.raises(NotSignedIn):
        Tokens(new_key_ring("k1")).read(token, NOW)


@pytest.mark.parametrize("forged", ["", "x", "a.b.c", "é.é.é", "." * 3, "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused(forged: str) -> None:
    with pytest.raises(NotSignedIn):
        Tokens(new_key_ring("k1")).read(forged, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "another"},
        {"aud": "another"},
        {"sub": "anna"},
        {"exp": "soon"},
        {"exp": 10**30},
        {"sid": None},
        {"tid": None},
    ],
)
def test_a_token_with_wrong_claims_is_refused_though_well_signed(change: dict[str, object]) -> None:
    ring = new_key_ring("k1")
    payload = jwt.decode(Tokens(ring).issue(CLAIMS, NOW), options={"verify_signature": False})
    forged = jwt.encode(payload | change, ring.key("sign"), "HS256", headers={"kid": "k1"})
    with pytest.raises(NotSignedIn):
        Tokens(ring).read(forged, NOW)


@pytest.mark.parametrize("algorithm", ["none", "HS512"])
def test_no_other_algorithm_is_taken(algorithm: str) -> None:
    ring = new_key_ring("k1")
    payload = jwt.decode(Tokens(ring).issue(CLAIMS, NOW), options={"verify_signature": False})
    key = "" if algorithm == "none" else ring.key("sign") * 2
    with pytest.raises(NotSignedIn):
        Tokens(ring).read(jwt.encode(payload, key, algorithm, headers={"kid": "k1"}), NOW)


def test_an_api_key_begins_with_the_prefix_that_lists_show() -> None:
    prefix, plain = new_api_key()
    assert plain.startswith(f"{prefix}_")
    assert prefix.startswith("osk_")
    assert len(plain) - len(prefix) > 40


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("sub", str(10**30)),
        ("sub", "-1"),
        ("tid", 2**63),
        ("tid", 1.5),
        ("tid", "1e3"),
        ("sid", "0b0c\0"),
        ("sid", "0" * 10_000),
        ("sid", 7),
        ("exp", 10**18),
        ("exp", None),
        ("auth_time", 10**18),
        ("auth_time", float("inf")),
    ],
)
def test_a_signed_token_with_absurd_claims_is_refused(claim: str, value: object) -> None:
    ring = new_key_ring("k1")
    payload = jwt.decode(Tokens(ring).issue(CLAIMS, NOW), options={"verify_signature": False})
    absurd = jwt.encode(payload | {claim: value}, ring.key("sign"), "HS256", headers={"kid": "k1"})
    with pytest.raises(NotSignedIn):
        Tokens(ring).read(absurd, NOW)
