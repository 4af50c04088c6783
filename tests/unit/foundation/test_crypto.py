from __future__ import annotations

import pytest

from odoosync.crypto import (
    BadKeyRing,
    CannotOpen,
    KeyRing,
    Secret,
    new_key_ring,
    parse_key_ring,
)

RING = new_key_ring("k1")


def test_a_sealed_secret_opens_in_its_place() -> None:
    sealed = RING.seal(Secret("pässword"), "row:1")
    assert "pässword" not in sealed
    assert RING.open(sealed, "row:1").reveal() == "pässword"


def test_a_sealed_secret_does_not_open_elsewhere() -> None:
    sealed = RING.seal(Secret("x"), "row:1")
    with pytest.raises(CannotOpen):
        RING.open(sealed, "row:2")


def test_an_altered_secret_does_not_open() -> None:
    sealed = RING.seal(Secret("x"), "row:1")
    with pytest.raises(CannotOpen):
        RING.open(sealed[:-6] + "AAAA" + sealed[-2:], "row:1")


@pytest.mark.parametrize(
    "sealed", ["", "nonsense", "1.k1.!", "1.k1.AAAA", "2.k9.AAAA", "3.k1.AAAA"]
)
def test_nonsense_does_not_open(sealed: str) -> None:
    with pytest.raises(CannotOpen):
        RING.open(sealed, "row:1")


def test_an_older_key_in_the_ring_still_opens() -> None:
    sealed = RING.seal(Secret("x"), "row:1")
    rotated = KeyRing(masters=(*new_key_ring("k2").masters, *RING.masters))
    assert rotated.open(sealed, "row:1").reveal() == "x"
    assert rotated.seal(Secret("x"), "row:1").startswith("2.k2.")


def test_two_seals_of_one_secret_differ() -> None:
    assert RING.seal(Secret("x"), "r") != RING.seal(Secret("x"), "r")


def test_keys_for_two_purposes_differ() -> None:
    assert RING.key("seal") != RING.key("sign")


def test_a_ring_survives_its_text_form() -> None:
    assert parse_key_ring(RING.to_text()) == RING


@pytest.mark.parametrize("text", ["", "k1", "k1:short", "k 1:" + "A" * 43 + "=", ":"])
def test_a_bad_ring_is_refused(text: str) -> None:
    with pytest.raises(BadKeyRing):
        parse_key_ring(text)


def test_neither_secrets_nor_keys_show_themselves() -> None:
    shown = f"{Secret('hunter2')!r} {Secret('hunter2')} {RING!r} {RING}"
    assert "hunter2" not in shown
    assert RING.to_text().partition(":")[2] not in shown


def test_rings_made_apart_can_be_joined() -> None:
    lost, newer = new_key_ring(), new_key_ring()
    joined = parse_key_ring(f"{newer.to_text()},{lost.to_text()}")
    assert joined.open(lost.seal(Secret("x"), "r"), "r").reveal() == "x"
