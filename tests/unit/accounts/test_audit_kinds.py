from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import pytest

import odoosync
from odoosync.accounts.audit_kinds import MEANINGS, Kind, UnknownKind, kinds_meant


def test_every_kind_has_a_meaning() -> None:
    assert tuple(MEANINGS) == get_args(Kind)


def test_a_noun_means_all_of_its_kinds() -> None:
    assert kinds_meant("api_key") == ("api_key.created", "api_key.revoked", "api_key.released")
    assert kinds_meant("sync.started") == ("sync.started",)


@pytest.mark.parametrize("kind", ["", "sess", "session.", "session.started.x"])
def test_what_is_no_kind_is_refused_with_the_nouns(kind: str) -> None:
    with pytest.raises(UnknownKind, match=r"session, user, api_key"):
        kinds_meant(kind)


def test_every_kind_that_is_documented_is_written_somewhere() -> None:
    written: set[str] = set()
    for file in Path(odoosync.__file__).parent.rglob("*.py"):
        if file.name != "audit_kinds.py":
            tree = ast.parse(file.read_text())
            constants = (one.value for one in ast.walk(tree) if isinstance(one, ast.Constant))
            written |= {one for one in constants if isinstance(one, str)}
    assert set(MEANINGS) - written == set()
