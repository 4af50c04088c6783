"""What is held back is told beside the message of a success, and nothing else changes it."""

from __future__ import annotations

from odoosync.sync.service import with_held_back

SEED = "Successfully synced 0 contacts from Odoo"


def run(dataset: str, held_back: int) -> dict[str, object]:
    return {"dataset": dataset, "held_back": held_back}


def test_where_nothing_is_held_back_the_message_stays_to_the_letter() -> None:
    assert with_held_back(SEED, [run("contacts", 0), run("products", 0)]) == SEED


def test_one_row_is_told_in_the_singular_and_a_companion_beside_it() -> None:
    told = with_held_back(SEED, [run("products", 1), run("product_variants", 1_200)])
    why = "and none is marked as deleted until that is confirmed (confirm_deletions)"
    assert told == (
        f"{SEED}. 1 product seems gone from Odoo, {why}. "
        f"1,200 product variants seem gone from Odoo, {why}."
    )
