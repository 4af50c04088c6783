from __future__ import annotations

from datetime import timedelta

import pytest

from odoosync.accounts import ALL_SCOPES, Principal
from odoosync.accounts.errors import BadScopes, BadUsername, ScopeMissing, SessionNeeded
from odoosync.accounts.principal import parse_scopes
from odoosync.accounts.users import new_name, normal_name
from people import NOW

SIGNED_IN = Principal(1, 1, "anna", False, ALL_SCOPES, "password", "0b0c", NOW)
KEY = Principal(1, 1, "anna", False, frozenset({"read"}), "api_key")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("api_user", "api_user"), ("Anna", "anna"), ("A.B+c@Example.ORG", "a.b+c@example.org")],
)
def test_a_name_has_one_spelling(given: str, kept: str) -> None:
    assert normal_name(given) == kept


def test_names_that_look_the_same_are_the_same() -> None:
    assert normal_name("é") == normal_name("É") == normal_name("e\u0301")
    assert normal_name("straße") == normal_name("STRASSE")


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "-a", "a\0", "a\n", "x" * 151, "ß" * 100, "\ud800"]
)
def test_names_that_could_confuse_are_refused(name: str) -> None:
    with pytest.raises(BadUsername):
        normal_name(name)


@pytest.mark.parametrize(
    "name", ["anna", "Jürgen1", "\u0436\u0438\u043b2", "山田たろう", "김철수", "müller@x.org"]
)
def test_a_new_name_is_of_one_script(name: str) -> None:
    assert new_name(name) == normal_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "\u0430dmin1",  # a Cyrillic a
        "p\u03b1ypal",  # a Greek alpha
        "adm\u0456n",
        "anna\u3164",  # Hangul fillers
        "anna\uffa0",
        "\u115f",
        "\u1160\u1160",
        "anna\u02bc",  # a letter that looks like an apostrophe
        "anna\u0661",  # an Arabic one
        "\u04c0\u0455x",
    ],
)
def test_a_new_name_that_looks_like_another_one_is_refused(name: str) -> None:
    with pytest.raises(BadUsername, match="one script"):
        new_name(name)


def test_a_caller_without_the_scope_is_told_which() -> None:
    with pytest.raises(ScopeMissing, match="'sync'"):
        KEY.need("sync")
    SIGNED_IN.need("sync")


def test_an_api_key_is_no_session() -> None:
    with pytest.raises(SessionNeeded):
        KEY.need_session()


def test_only_a_recent_password_counts_as_given_now() -> None:
    span = timedelta(minutes=10)
    assert SIGNED_IN.gave_password_within(span, NOW + span)
    assert not SIGNED_IN.gave_password_within(span, NOW + span + timedelta(seconds=1))
    assert not KEY.gave_password_within(span, NOW)
    refreshed = Principal(1, 1, "anna", False, ALL_SCOPES, "refresh", "0b0c", NOW)
    assert not refreshed.gave_password_within(span, NOW)


@pytest.mark.parametrize("names", [set(), {"write"}, {"read", "write"}])
def test_unknown_scopes_are_refused(names: set[str]) -> None:
    with pytest.raises(BadScopes):
        parse_scopes(frozenset(names))
