"""Whatever a statement looks like, it is not let through unless it is held to its tenant."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import exists, func, literal, select, text, union_all

from odoosync.db.door import DoorError, check_statement
from odoosync.jobs.tables import runs
from odoosync.store.tables import labels, records

OURS = 7
other = labels.alias("other")
_HELD = labels.c.tenant_id == OURS
_within = select(labels.c.name).where(labels.c.odoo_id == records.c.odoo_id)

LOOSE: dict[str, Any] = {
    "whole table": select(labels),
    "one column": select(labels.c.name),
    "counted": select(func.count()).select_from(labels),
    "text from it": select(text("name")).select_from(labels),
    "another's": select(labels).where(labels.c.tenant_id == OURS + 1),
    "any of two": select(labels).where(labels.c.tenant_id.in_([OURS, OURS + 1])),
    "not equal": select(labels).where(labels.c.tenant_id != OURS),
    "column in a condition": select(literal(1)).where(labels.c.name == "x"),
    "column in an order": select(literal(1)).order_by(labels.c.name),
    "column in a function": select(func.max(labels.c.odoo_id)),
    "alias": select(other.c.name),
    "alias beside the held table": select(labels.c.name, other.c.name).where(_HELD),
    "held alias beside the loose table": select(labels.c.name, other.c.name).where(
        other.c.tenant_id == OURS
    ),
    "whole table beside a held alias": select(labels, other.c.name).where(
        other.c.tenant_id == OURS
    ),
    "joined to a held alias": select(func.count())
    .select_from(other.join(labels, literal(1) == 1))
    .where(other.c.tenant_id == OURS),
    "counted beside a held alias": select(func.count(labels.c.odoo_id)).where(
        exists().where(other.c.tenant_id == OURS)
    ),
    "joined": select(labels.c.name)
    .join(records, records.c.odoo_id == labels.c.odoo_id)
    .where(_HELD),
    "outer joined": select(labels.c.name).outerjoin(runs, runs.c.id == labels.c.name).where(_HELD),
    "exists": select(literal(1)).where(exists().where(labels.c.name == "x")),
    "exists beside a held one": select(records.c.name).where(
        records.c.tenant_id == OURS, exists().where(labels.c.odoo_id == records.c.odoo_id)
    ),
    "scalar": select(select(func.count()).select_from(labels).scalar_subquery()),
    "scalar beside a held one": select(records.c.name, _within.scalar_subquery()).where(
        records.c.tenant_id == OURS
    ),
    "in a subquery": select(literal(1)).where(literal(1).in_(select(labels.c.odoo_id))),
    "from a subquery": select(select(labels.c.name).subquery().c.name),
    "from a common table": select(select(labels.c.name).cte().c.name),
    "from a lateral": select(select(labels.c.name).lateral().c.name),
    "half of a union": union_all(select(labels.c.name).where(_HELD), select(runs.c.id)),
    "update": labels.update().values(name="x"),
    "update beside another's": labels.update()
    .values(name="x")
    .where(labels.c.odoo_id == records.c.odoo_id, records.c.tenant_id == OURS),
    "update from a loose one": labels.update()
    .values(name=select(runs.c.id).scalar_subquery())
    .where(_HELD),
    "delete": labels.delete(),
    "delete by a loose one": labels.delete().where(
        _HELD, labels.c.odoo_id.in_(select(records.c.odoo_id))
    ),
}

HELD: dict[str, Any] = {
    "table": select(labels).where(_HELD),
    "alias": select(other.c.name).where(other.c.tenant_id == OURS),
    "joined by the tenant": select(labels.c.name)
    .join(records, records.c.tenant_id == labels.c.tenant_id)
    .where(_HELD),
    "subquery": select(select(labels.c.name).where(_HELD).subquery().c.name),
    "union": union_all(
        select(labels.c.name).where(_HELD), select(runs.c.id).where(runs.c.tenant_id == OURS)
    ),
    "update": labels.update().values(name="x").where(_HELD),
    "delete": labels.delete().where(_HELD),
    "nobody's": select(literal(1)),
}


@pytest.mark.parametrize("shape", LOOSE)
def test_a_loose_statement_is_refused(shape: str) -> None:
    with pytest.raises(DoorError):
        check_statement(LOOSE[shape], OURS)


@pytest.mark.parametrize("shape", HELD)
def test_a_held_statement_passes(shape: str) -> None:
    check_statement(HELD[shape], OURS)
