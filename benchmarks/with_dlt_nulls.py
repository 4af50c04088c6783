"""The same rival, as somebody sets it up who knows that Odoo says `false` for no value."""

from __future__ import annotations

from benchmarks.odoo import Contacts
from benchmarks.processes import Took, carried_out
from benchmarks.with_dlt import copy


def copy_with_nulls(contacts: Contacts) -> Took:
    return copy(contacts, nulls=True)


if __name__ == "__main__":
    carried_out(copy_with_nulls)
