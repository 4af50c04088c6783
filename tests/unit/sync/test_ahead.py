from __future__ import annotations

import pytest

from odoosync.sync.engine.ahead import last_id_of

PAGE = b'[{"id": 3, "name": "a \\"id\\": 9"}, {"id": 17, "name": "b"}]'


@pytest.mark.parametrize(
    ("body", "size", "last"),
    [
        (PAGE, 2, 17),
        (PAGE, 3, None),
        (PAGE.replace(b": ", b":"), 2, 17),
        (b'{"jsonrpc": "2.0", "id": 5, "result": [{"id": 3}, {"id": -2, "x": 1}]}', 2, -2),
        (b'[{"id": 3, "place": {"id": 8, "name": "a"}}]', 1, 8),
        (b'[{"id": "x", "name": "a"}]', 1, None),
        (b'[{"id": ', 1, None),
        (b"[]", 1, None),
    ],
)
def test_the_last_id_is_looked_for_in_the_bytes_of_a_full_page(
    body: bytes, size: int, last: int | None
) -> None:
    assert last_id_of(body, size) == last
