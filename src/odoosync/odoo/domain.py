"""Domains as the plain lists that Odoo takes; each builder gives a complete one.

Complete domains may be joined with `+`: Odoo reads the joint as "and".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

Domain = list[Any]

EVERYTHING: Domain = []


def odoo_time(moment: datetime) -> str:
    """Write a moment as Odoo does: UTC, no zone, whole seconds (rounded down)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def written_since(low: datetime) -> Domain:
    """Rows written at `low` or later, and those without a date, which SQL loads leave behind."""
    return ["|", ["write_date", ">=", odoo_time(low)], ["write_date", "=", False]]


def after(last_id: int) -> Domain:
    return [["id", ">", last_id]]


def with_ids(ids: Iterable[int]) -> Domain:
    return [["id", "in", list(ids)]]


def all_of(*domains: Domain) -> Domain:
    return [term for domain in domains for term in domain]
