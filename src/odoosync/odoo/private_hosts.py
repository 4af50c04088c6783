"""What is told of calls to private addresses: one text, until an Odoo has answered from there.

Else a tenant could learn from the texts which ports of the operator's network are open, and what
is behind them. The kind of an error stays as it is, so that it is tried again as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from odoosync.addresses.guard import is_in_a_network, private_text
from odoosync.log import get_logger
from odoosync.odoo.errors import (
    AddressRefused,
    AnswerTooLarge,
    BadAnswer,
    DatabaseFailed,
    FixAddress,
    OdooError,
    RequestRejected,
    RetryLater,
    ServerConflict,
    ServerFault,
    TooMuchRefused,
    Unreachable,
)
from odoosync.odoo.transport import SETTING
from odoosync.odoo.wire import Meter

log = get_logger(__name__)
_OF_ANY_SERVER: Final = (
    RetryLater,
    FixAddress,
    AnswerTooLarge,
    BadAnswer,
    RequestRejected,
    TooMuchRefused,
)
_OF_AN_ODOO: Final = (ServerConflict, DatabaseFailed)


@contextmanager
def one_text_for_private(meter: Meter, host: str) -> Iterator[None]:
    """Replace what an error says where no Odoo has answered yet from the private address it met."""
    try:
        yield
    except OdooError as error:
        if not meter.private or meter.private in meter.private_odoos:
            raise
        if _says_an_odoo(error):
            meter.trust()
        else:
            log.debug("private_address", host=host, code=error.code, why=error.message)
            _hide(error, host, meter.private)
        raise
    meter.trust()


def _says_an_odoo(error: OdooError) -> bool:
    """Tell errors that Odoo itself answers with from those that any server can cause."""
    if isinstance(error, ServerFault):
        return bool(error.odoo_type)
    return isinstance(error, _OF_AN_ODOO) or not isinstance(error, _OF_ANY_SERVER)


def _hide(error: OdooError, host: str, where: str) -> None:
    """Say the same by code, stage and text. Which code it is depends on the address alone."""
    kind = Unreachable if is_in_a_network(where.partition(" ")[0]) else AddressRefused
    told = kind(private_text(host, SETTING))
    error.code, error.stage, error.hint, error.place = told.code, told.stage, "", host
    error.message, error.args = told.message, told.args
