from __future__ import annotations

import inspect
from typing import Any

import pytest

from odoosync.odoo import errors
from odoosync.odoo.errors import OdooError
from unit.odoo.replay import KEY, login

BRANCHES = {
    OdooError,
    errors.RetryLater,
    errors.FixAddress,
    errors.FixLogin,
    errors.FixRights,
    errors.FixRequest,
    errors.NarrowDown,
}
LEAVES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, OdooError) and kind not in BRANCHES
]
ARGUMENTS: dict[type[OdooError], tuple[Any, ...]] = {
    errors.RedirectRefused: ("https://new.example",),
    errors.AccessRefused: ("res.partner", "No."),
    errors.FieldUnknown: ("res.partner", "mobile"),
    errors.LanguageMissing: ("de_DE",),
    errors.ModelUnknown: ("x.y",),
    errors.RecordMissing: ("res.partner",),
    errors.RowLeftOut: ("res.partner",),
    errors.AddressRefused: ("odoo leads to a private address.",),
    errors.EndlessAnswer: (90_000, 12),
    errors.ProxyRefused: (407,),
}


def made(kind: type[OdooError]) -> OdooError:
    return kind(*ARGUMENTS.get(kind, ()))


@pytest.mark.parametrize("kind", LEAVES)
def test_each_error_has_a_code_of_its_own(kind: type[OdooError]) -> None:
    assert [other for other in LEAVES if other.code == kind.code] == [kind]


@pytest.mark.parametrize("kind", LEAVES)
def test_each_error_is_drawn_in_the_tree(kind: type[OdooError]) -> None:
    assert f"── {kind.__name__}" in (errors.__doc__ or "")


@pytest.mark.parametrize("kind", [kind for kind in LEAVES if kind is not errors.InvalidCredentials])
def test_each_message_is_a_sentence(kind: type[OdooError]) -> None:
    assert str(made(kind)).endswith(".")
    assert len(str(made(kind))) > 30


@pytest.mark.parametrize("kind", LEAVES)
def test_each_error_says_what_is_missing_to_the_way(kind: type[OdooError]) -> None:
    stages = {"dns", "connect", "tls", "version", "database", "login", "rights", "read"}
    assert made(kind).stage in stages


@pytest.mark.parametrize("kind", LEAVES)
def test_what_may_be_retried_is_a_branch_of_its_own(kind: type[OdooError]) -> None:
    assert made(kind).retriable is issubclass(kind, errors.RetryLater)


def test_the_contract_fixes_one_message() -> None:
    assert str(errors.InvalidCredentials()) == "Invalid Odoo credentials"
    assert issubclass(errors.ApiKeyRejected, errors.InvalidCredentials)


def test_a_login_hides_its_secret() -> None:
    assert "hunter2" not in f"{login('hunter2')!r} {login('hunter2')}"


@pytest.mark.parametrize(
    ("secret", "is_key"), [(KEY, True), (KEY.upper(), False), (KEY[:-1], False), ("admin", False)]
)
def test_an_api_key_is_known_by_its_form(secret: str, is_key: bool) -> None:  # noqa: FBT001
    assert login(secret).has_api_key is is_key
