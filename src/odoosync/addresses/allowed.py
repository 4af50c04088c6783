"""The entries of a setting that opens private addresses: a name or a network, and its ports. Pure.

`odoo`, `odoo:8070`, `odoo:*`, `10.0.0.0/8:8069`, `[fd00::/8]:8069`. Where an entry says no port,
it means those at which an Odoo usually answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final, Self

from odoosync.addresses.kinds import Address, Network
from odoosync.addresses.origin import MAX_PORT
from odoosync.errors import InvalidInput

USUAL_PORTS: Final = frozenset({80, 443, 8069})
_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")
_BRACKETED: Final = re.compile(r"\[(?P<address>[^\[\]]+)\](?P<length>/[0-9]+)?(:(?P<port>[^:]*))?")
_PLAIN: Final = re.compile(r"(?P<address>[^:]+)(?P<length>)(:(?P<port>[^:]*))?")
_PORT: Final = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class AllowedHost:
    """`host` is a name or a network. `ports` None means every one."""

    host: str | Network
    ports: frozenset[int] | None = USUAL_PORTS

    @classmethod
    def of(cls, setting: str, entry: str) -> Self:
        """Read one entry. Raises InvalidInput, which never shows it."""
        entry = entry.strip().lower()
        network = _network(entry)
        if network is not None:  # an IPv6 address without brackets: its colons begin no port
            return cls(network)
        found = _BRACKETED.fullmatch(entry) or _PLAIN.fullmatch(entry)
        if found is None:
            raise _unreadable(setting)
        address = found["address"] + (found["length"] or "")
        network, ports = _network(address), _ports(setting, found["port"])
        if network is None and (entry.startswith("[") or not _NAME.fullmatch(address)):
            raise _unreadable(setting)
        return cls(network or address, ports)

    def names(self, host: str, port: int) -> bool:
        return self.host == host and self._has(port)

    def holds(self, ip: Address, port: int) -> bool:
        return not isinstance(self.host, str) and ip in self.host and self._has(port)

    def _has(self, port: int) -> bool:
        return self.ports is None or port in self.ports


def _ports(setting: str, text: str | None) -> frozenset[int] | None:
    if text is None:
        return USUAL_PORTS
    if text == "*":
        return None
    if not _PORT.fullmatch(text) or not 0 < int(text) <= MAX_PORT:
        raise InvalidInput(f"{setting} holds a port outside 1 to {MAX_PORT}; * means all of them.")
    return frozenset({int(text)})


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _unreadable(setting: str) -> InvalidInput:
    return InvalidInput(
        f"{setting} holds an entry that is neither a host name nor an address or CIDR, with or"
        " without a port, such as odoo:8070, 10.0.0.0/8 or [fd00::1]:8069."
    )
