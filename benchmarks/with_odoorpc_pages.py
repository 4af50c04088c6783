"""The same rival, as somebody sets it up who knows what a commit costs: one a page."""

from __future__ import annotations

from benchmarks.odoo import Contacts
from benchmarks.processes import Took, carried_out
from benchmarks.with_odoorpc import copy


def copy_by_pages(contacts: Contacts) -> Took:
    return copy(contacts, commit_rows=False)


if __name__ == "__main__":
    carried_out(copy_by_pages)
