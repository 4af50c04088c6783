"""Asking the database one question again and again, across tenants, as cheaply as can be.

A transaction through SQLAlchemy costs a worker a millisecond or two, most of it before and after
the question: at 25 a second that is more than all else that it does while it has no work. So the
question is asked of the driver, in one statement, on a connection that is kept for it.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import psycopg
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from odoosync.db.engine import Database
from odoosync.db.schema import SYSTEM_ROLE


class Poll:
    """Tells whether a `question` has an answer; it is text, so nothing in it may come from outside.

    What it says is a hint: a moment later it may be otherwise.
    """

    def __init__(self, database: Database, question: Select[Any]) -> None:
        self._database = database
        compiled = question.compile(
            database.engine.sync_engine, compile_kwargs={"literal_binds": True}
        )
        self._text = str(compiled)
        self._kept: AsyncConnection | None = None

    async def ask(self) -> bool:
        """Ask once. Raises OSError when the database does not answer, and SQLAlchemyError."""
        if self._kept is None:
            self._kept = await self._open()
        driver: Any = (await self._kept.get_raw_connection()).driver_connection
        try:
            if self._database.dialect == "sqlite":
                return bool(await driver.execute_fetchall(self._text))
            return bool(await (await driver.execute(self._text)).fetchall())
        except (sqlite3.Error, psycopg.Error) as error:
            await self.close()
            raise OSError("The database did not answer.") from error

    async def _open(self) -> AsyncConnection:
        kept = await self._database.engine.connect()
        if self._database.dialect == "postgresql":
            driver: Any = (await kept.get_raw_connection()).driver_connection
            await driver.set_autocommit(True)
            await driver.execute(f"SET ROLE {SYSTEM_ROLE}")
        return kept

    async def close(self) -> None:
        """Give the connection up: nobody else may have it with its role."""
        kept, self._kept = self._kept, None
        if kept is not None:
            await kept.invalidate()
            await kept.close()
