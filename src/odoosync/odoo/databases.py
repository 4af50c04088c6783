"""Why a database was not opened: the server's own list of its databases tells more than an error.

PostgreSQL says it in the language of its server, so the words prove little.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

from odoosync.odoo import jsonrpc
from odoosync.odoo.errors import DatabaseFailed, OdooError, UnknownDatabase
from odoosync.odoo.refusals import quoted
from odoosync.odoo.wire import Wire

MOST_NAMES: Final = 10
_LONGEST: Final = 63
"""Characters that PostgreSQL allows a database's name."""
_LOOKED_AT: Final = 2_000


async def explained(wire: Wire, error: OdooError) -> OdooError:
    """Return what `error` means beside the names that the server lists, where it lists any."""
    try:
        names = await jsonrpc.service(wire, "db", "list", [], model="", repeatable=True)
    except DatabaseFailed:
        return error  # PostgreSQL itself does not answer: the name is not to blame
    except OdooError:  # many do not list their databases to everybody
        names = None
    named = isinstance(error, DatabaseFailed) and error.names_it
    wanted = wire.login.database
    if not isinstance(names, list) or not names:
        return UnknownDatabase() if named else error
    return error if wanted in names else UnknownDatabase(_nearest(wire, names))


def _nearest(wire: Wire, names: list[object]) -> list[str]:
    """Return the names that are most like the one that was given, fit to be shown."""
    wanted = wire.login.database[:_LONGEST].casefold()
    found = [
        name for name in names[:_LOOKED_AT] if isinstance(name, str) and 0 < len(name) <= _LONGEST
    ]
    found = [quoted(name, wire.login.secret) for name in found]
    found.sort(key=lambda name: -SequenceMatcher(None, wanted, name.casefold()).quick_ratio())
    return found[:MOST_NAMES]
