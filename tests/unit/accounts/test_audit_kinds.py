from __future__ import annotations

from typing import get_args

import pytest

from odoosync.accounts.audit_kinds import MEANINGS, Kind, UnknownKind, kinds_meant


def test_every_kind_has_a_meaning() -> None:
    assert tuple(MEANINGS) == get_args(Kind)


def test_a_noun_means_all_of_its_kinds() -> None:
    assert kinds_meant("api_key") == ("api_key.created", "api_key.revoked")
    assert kinds_meant("sync.started") == ("sync.started",)


@pytest.mark.parametrize("kind", ["", "sess", "session.", "session.started.x"])
def test_what_is_no_kind_is_refused_with_the_nouns(kind: str) -> None:
    with pytest.raises(UnknownKind, match=r"session, user, api_key"):
        kinds_meant(kind)
