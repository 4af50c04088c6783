"""A rival: OdooRPC reads pages, SQLAlchemy's ORM upserts row by row into a SQLite file.

What a script written in an afternoon does: look for the row by its Odoo id, change it or add it,
commit. The session flushes by itself before it looks, as it does by default. The table has a column
a field and is empty before. The file is in WAL mode as ours is, where a commit waits for the disk
once; with SQLite's default of a rollback journal it would be the disk above all that is measured.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import odoorpc
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session

from benchmarks.odoo import MODEL, Contacts
from benchmarks.processes import Took, carried_out

PAGE = 5_000


class _Base(DeclarativeBase):
    pass


def _mapped(fields: list[str]) -> Any:
    columns: dict[str, Any] = {name: sa.Column(sa.JSON) for name in fields}
    columns |= {
        "__tablename__": "contacts",
        "id": sa.Column(sa.Integer, primary_key=True),
        "odoo_id": sa.Column(sa.Integer, unique=True, nullable=False),
    }
    return type("Contact", (_Base,), columns)


def _opened(contacts: Contacts) -> Any:
    """Give OdooRPC, logged in. The sandbox has no session route, so the log-in is handed over."""
    address = urlsplit(contacts.odoo.url)
    protocol = "jsonrpc+ssl" if address.scheme == "https" else "jsonrpc"
    port = address.port or (443 if address.scheme == "https" else 80)
    odoo = odoorpc.ODOO(address.hostname, protocol, port, timeout=600, version=contacts.serie)
    odoo._env = odoorpc.env.Environment(  # noqa: SLF001
        odoo, contacts.odoo.database, contacts.uid, context=contacts.context
    )
    odoo._login, odoo._password = contacts.odoo.username, contacts.odoo.secret  # noqa: SLF001
    return odoo


def copy(contacts: Contacts, *, commit_rows: bool = True) -> Took:
    """Read all contacts once and upsert each; a commit a row, or else a page."""
    contact, odoo = _mapped(contacts.fields), _opened(contacts)
    with tempfile.TemporaryDirectory(prefix="odoosync-bench-") as folder:
        engine = _created(Path(folder) / "copy.sqlite3")
        last, rows, pages, more = 0, 0, 0, True
        started = time.perf_counter()
        with Session(engine) as session:
            while more:
                page = _page(odoo, contacts, last)
                for row in page:
                    _upsert(session, contact, row)
                    if commit_rows:
                        session.commit()
                session.commit()
                session.expunge_all()
                rows, pages, more = rows + len(page), pages + 1, len(page) == PAGE
                last = page[-1]["odoo_id"] if page else last
        return Took(time.perf_counter() - started, rows, pages)


def _created(file: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    _Base.metadata.create_all(engine)
    return engine


def _upsert(session: Session, contact: Any, row: dict[str, Any]) -> None:
    row["odoo_id"] = row.pop("id")
    found = session.scalars(sa.select(contact).where(contact.odoo_id == row["odoo_id"])).first()
    if found is None:
        session.add(contact(**row))
        return
    for name, value in row.items():
        setattr(found, name, value)


def _page(odoo: Any, contacts: Contacts, last: int) -> list[dict[str, Any]]:
    domain = [["id", ">", last]]
    asked = {"limit": PAGE, "order": "id", "load": None, "context": contacts.context}
    page: list[dict[str, Any]] = odoo.execute_kw(
        MODEL, "search_read", [domain, contacts.fields], asked
    )
    return page


if __name__ == "__main__":
    carried_out(copy)
