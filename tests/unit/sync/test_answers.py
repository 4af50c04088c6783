"""What a sync answers: the seed's sentence, how many rows changed, and a code for machines."""

from __future__ import annotations

import pytest
from sqlalchemy import Row

from odoosync.sync.datasets import CONTACTS, PRODUCT_VARIANTS, Dataset
from odoosync.sync.runs import failure_code
from odoosync.sync.service import synced


@pytest.mark.parametrize(
    ("dataset", "fetched", "changed", "says"),
    [
        (CONTACTS, 15, 15, "Successfully synced 15 contacts from Odoo"),
        (CONTACTS, 0, 0, "Successfully synced 0 contacts from Odoo"),
        (CONTACTS, 1, 1, "Successfully synced 1 contact from Odoo"),
        (PRODUCT_VARIANTS, 1, 0, "Successfully synced 1 product variant from Odoo: 0 changed"),
        (CONTACTS, 29, 3, "Successfully synced 29 contacts from Odoo: 3 changed"),
        (CONTACTS, 0, 29, "Successfully synced 0 contacts from Odoo: 29 changed"),
    ],
)
def test_the_seeds_sentence_tells_the_rows_that_came_and_then_what_changed(
    dataset: Dataset, fetched: int, changed: int, says: str
) -> None:
    assert synced(dataset, {"fetched": fetched, "changed": changed}) == says


class _Run:
    def __init__(self, status: str, error_code: str | None = None) -> None:
        self.status, self.error_code = status, error_code


@pytest.mark.parametrize(
    ("run", "code"),
    [
        (_Run("failed", "odoo_busy"), "odoo_busy"),
        (_Run("failed"), "internal_error"),
        (_Run("cancelled"), "run_cancelled"),
        (_Run("queued"), "run_not_started"),
        (_Run("running"), "run_still_running"),
        (_Run("succeeded"), None),
    ],
)
def test_every_run_that_is_no_success_has_a_code(run: Row[tuple[str]], code: str | None) -> None:
    assert failure_code(run) == code
