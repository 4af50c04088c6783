"""Which of the addresses that a person may have meant is an Odoo's: each is asked for its version.

No secret is sent before that is known.
"""

from __future__ import annotations

from typing import Final

from odoosync.odoo.choice import ask_version
from odoosync.odoo.errors import NotOdoo, OdooError, RetryLater, Unreachable
from odoosync.odoo.facts import Version
from odoosync.odoo.login import Login
from odoosync.odoo.wire import Meter, Sender, Wire

_ON_THE_WAY: Final = ("dns", "connect", "tls", "version")


async def find_odoo(transport: Sender, login: Login) -> tuple[Wire, Version]:
    """Return the line to the first address that answers as Odoo does, and its version.

    Raises the error that tells most where none does.
    """
    meter = Meter()
    failures: list[OdooError] = []
    places: dict[OdooError, str] = {}
    for url in login.candidates:
        wire = Wire(transport, login.at(url), meter)
        try:
            return wire, await ask_version(wire)
        except OdooError as error:
            if isinstance(error, RetryLater) and not isinstance(error, Unreachable):
                raise error.at(str(url)) from None
            failures.append(error)
            places[error] = str(url)
    told = max(failures, key=_tells)
    raise told.at(places[told])


def _tells(error: OdooError) -> tuple[int, bool]:
    """Rank by how far it came; that something is not Odoo tells less than why."""
    far = _ON_THE_WAY.index(error.stage) if error.stage in _ON_THE_WAY else len(_ON_THE_WAY)
    return far, error.message != NotOdoo.sentence
