"""What can be wrong with a request for records.

::

    InvalidInput
    ├── BadFilter            a value that its field cannot have; says what it can
    ├── BadLimit             a page size out of range
    ├── BadOrder             a field that records are not sorted by; says which they are
    └── BadFields            a field that the records do not have
"""

from __future__ import annotations

from odoosync.errors import InvalidInput


class BadFilter(InvalidInput):
    code = "bad_filter"


class BadOrder(InvalidInput):
    code = "bad_order"


class BadFields(InvalidInput):
    code = "bad_fields"


class BadLimit(InvalidInput):
    code = "bad_limit"

    def __init__(self, largest: int) -> None:
        super().__init__(f"`limit` is a number from 1 to {largest}.")
