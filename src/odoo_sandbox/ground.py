"""The rows that every new database has: money, units, one company, its first users and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo_sandbox.people import ADMIN_GROUPS, Account

if TYPE_CHECKING:
    from odoo_sandbox.caller import Caller
    from odoo_sandbox.transaction import Transaction

_SYMBOLS = {"USD": "$", "EUR": "€", "CHF": "CHF"}
ROOT = 1
_ADMIN = 2
_UUID = "5a5d0b0c-0d00-4000-8000-000000000001"


def lay_ground(tx: Transaction, *, currency: str) -> None:
    """My Company (1) with its partner, those of OdooBot and admin, and what they need."""
    tx.insert("res.currency", _currency(currency), row_id=1)
    tx.insert("res.company", _company("YourCompany", partner=1), row_id=1)
    _partner(tx, 1, "YourCompany", is_company=True, email="info@yourcompany.example")
    _partner(tx, 2, "OdooBot", active=False, email="odoobot@example.com")
    _partner(tx, 3, "Mitchell Admin", tz="Europe/Brussels", email="admin@yourcompany.example")
    tx.insert("uom.uom", {"name": "Units", "factor": 1.0, "active": True}, row_id=1)
    tx.insert("uom.uom", {"name": "kg", "factor": 1.0, "active": True}, row_id=2)
    tx.insert("product.category", {"name": "All"}, row_id=1)
    for number, code in enumerate(("en_US", "fr_FR", "de_CH"), start=1):
        tx.insert("res.lang", {"name": code, "code": code, "active": number == 1})
    tx.insert("ir.config_parameter", {"key": "database.uuid", "value": _UUID})
    for name, table in sorted(tx.world.tables.items()):
        tx.insert("ir.model", {"name": table.model.description, "model": name})


def lay_users(tx: Transaction) -> None:
    """OdooBot (1) and admin (2), and the rules that bind everybody else."""
    root = Account(ROOT, "__system__", "", 2, ADMIN_GROUPS, "OdooBot", active=False)
    admin = Account(
        _ADMIN, "admin", "admin", 3, ADMIN_GROUPS, "Mitchell Admin", tz="Europe/Brussels"
    )
    for account in (root, admin):
        new_user(tx, account)
    tx.world.add_rule("res.partner", _own_companies, name="res.partner company")
    tx.world.add_rule("product.template", _own_companies, name="Product multi-company")


def new_user(tx: Transaction, account: Account) -> Account:
    """Add a login with its row in res.users; its partner must be there."""
    tx.insert(
        "res.users",
        {
            "login": account.login,
            "partner_id": account.partner_id,
            "company_id": account.companies[0],
            "company_ids": account.companies,
            "share": account.share,
            "active": account.active,
        },
        row_id=account.uid,
    )
    return tx.world.add_account(account)


def _partner(tx: Transaction, row_id: int, name: str, **more: Any) -> None:
    shown = tx.world.release.partner_name_column
    given = {"name": name, shown: name, "active": True, "type": "contact"}
    tx.insert("res.partner", {**given, "lang": "en_US", **more}, row_id=row_id)


def _company(name: str, *, partner: int) -> dict[str, Any]:
    return {"name": name, "partner_id": partner, "currency_id": 1, "active": True, "sequence": 10}


def _currency(name: str) -> dict[str, Any]:
    symbol = _SYMBOLS.get(name, name)
    return {"name": name, "symbol": symbol, "rounding": 0.01, "active": True}


def _own_companies(caller: Caller) -> list[Any]:
    return [("company_id", "in", [*caller.companies, False])]
