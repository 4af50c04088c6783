from __future__ import annotations

import pytest

from odoosync.sync.id_sets import fingerprint, pack, unpack


@pytest.mark.parametrize("ids", [[], [7], [3, 1, 2, 2], [-5, 0, 2**62], list(range(1, 9_000, 7))])
def test_a_set_comes_back_as_it_was(ids: list[int]) -> None:
    assert unpack(pack(ids)) == frozenset(ids)


def test_ten_thousand_rows_that_are_gone_together_take_few_bytes() -> None:
    assert len(pack(range(5_000_000, 5_010_000))) < 1_000


def test_a_fingerprint_tells_sets_apart_whatever_their_order() -> None:
    assert fingerprint(pack([1, 2])) == fingerprint(pack([2, 1]))
    assert fingerprint(pack([1, 2])) != fingerprint(pack([1, 3]))
