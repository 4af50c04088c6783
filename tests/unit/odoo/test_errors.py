from __future__ import annotations

import inspect
from typing import Any

import pytest

from odoosync.odoo import errors
from odoosync.odoo.errors import OdooError
from odoosync.odoo.login import typed_secret
from odoosync.odoo.refusals import secret_refused
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
    errors.TooMuchRefused: (9_000_000, 2**20, "It was too large."),
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
    "pasted",
    [
        *(
            f" {KEY}\r\n",
            f"{KEY[:20]}\n{KEY[20:]}",
            f"{KEY[:8]} {KEY[8:]}",
            f"{KEY[:9]}\u00ad{KEY[9:]}",
        ),
        *(f'"{KEY}"', f"'{KEY}'", f"`{KEY}`", f"\u201c{KEY}\u201d", f"\u201e{KEY}\u201c\n"),
        *(f"Bearer {KEY}", f"bearer  {KEY}", f'"Bearer {KEY}"', f'Authorization: Bearer "{KEY}"'),
        f"' {KEY[:30]}\r\n  {KEY[30:]} '",
    ],
)
def test_what_is_certainly_an_api_key_is_read_without_what_came_along(pasted: str) -> None:
    assert typed_secret(pasted) == KEY


@pytest.mark.parametrize(
    "password",
    [
        *(" ad min ", '"admin"', "Bearer admin", "Bearer", "", "'", "a" * 39, f"{KEY}0", f"x{KEY}"),
        *(KEY.upper(), f"bearer of {KEY}", f"{KEY} {KEY}"),
    ],
)
def test_a_password_is_never_changed(password: str) -> None:
    assert typed_secret(password) == password


@pytest.mark.parametrize("secret", [KEY[:-1], f"{KEY}0", f'"{KEY[1:]}"', KEY.upper(), KEY[:30]])
def test_a_key_that_was_not_copied_whole_is_told_from_a_password(secret: str) -> None:
    assert login(secret).is_almost_a_key
    assert "not copied whole" in secret_refused(login(secret)).advice


@pytest.mark.parametrize("secret", ["admin", "", KEY, "deadbeef", "correct horse"])
def test_other_secrets_are_not(secret: str) -> None:
    assert not login(secret).is_almost_a_key


@pytest.mark.parametrize(
    ("secret", "is_wrapped"),
    [
        *(
            (one, True)
            for one in (" admin", "admin\n", '"admin"', "'admin'", "Bearer admin", "bearer x")
        ),
        *((one, False) for one in ("admin", "ad min", "o'neill", "bearers", "Bearerfoot", "")),
    ],
)
def test_a_refused_password_that_is_wrapped_is_told_so(secret: str, is_wrapped: bool) -> None:  # noqa: FBT001
    assert ("begins or ends with a blank" in secret_refused(login(secret)).advice) is is_wrapped


@pytest.mark.parametrize(
    ("secret", "is_key"), [(KEY, True), (KEY.upper(), False), (KEY[:-1], False), ("admin", False)]
)
def test_an_api_key_is_known_by_its_form(secret: str, is_key: bool) -> None:  # noqa: FBT001
    assert login(secret).has_api_key is is_key
