"""Which addresses this service may connect to on behalf of its users.

A URL that a user types makes the service call it from inside its own network. This room decides
by the address that is really connected to, after the name was resolved. It does no I/O.

What is told of a private address is the same text, whatever is behind it. Else a tenant could find
out by it what there is in the operator's network.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, Self

from odoosync.addresses.allowed import AllowedHost
from odoosync.addresses.kinds import LINK_LOCAL, Address, Kind, Network, embedded, kind_of
from odoosync.addresses.origin import Origin

CA_FILE: Final = "ODOOSYNC_CA_FILE"
# What an allowed name may resolve to; every other kind needs a network of its own in the setting.
_BY_NAME: frozenset[Kind] = frozenset({"loopback", "private"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is a sentence for a person, empty when the address is allowed."""

    allowed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Pure: an origin that was asked for and the address it leads to give a verdict.

    `setting` is what a refusal tells whoever runs the service to change.
    """

    setting: str
    hosts: tuple[AllowedHost, ...] = ()
    default_origin: Origin | None = None

    @classmethod
    def of(cls, setting: str, allowed: Iterable[str], default: Origin | None = None) -> Self:
        """Read the entries of the setting: see `allowed`. Raises InvalidInput."""
        entries = filter(None, (text.strip() for text in allowed))
        return cls(setting, tuple(AllowedHost.of(setting, one) for one in entries), default)

    def verdict(self, origin: Origin, address: str) -> Verdict:
        """Judge one address that is about to be connected to; call it for each, each time."""
        if origin.scheme not in {"http", "https"}:
            return Verdict(allowed=False, reason="The URL begins with https:// or http://.")
        try:
            ip = ip_address(address.partition("%")[0])
        except ValueError:
            return Verdict(allowed=False, reason=private_text(origin.host, self.setting))
        if kind_of(ip) == "public" or self._allows(origin, ip):
            return Verdict(allowed=True)
        return Verdict(allowed=False, reason=private_text(origin.host, self.setting))

    def _allows(self, origin: Origin, ip: Address) -> bool:
        kind = kind_of(ip)
        if self._opened(ip, origin.port, kind):
            return True
        if kind in _BY_NAME:
            named = any(one.names(origin.host, origin.port) for one in self.hosts)
            return named or origin == self.default_origin
        inner = embedded(ip) if isinstance(ip, IPv6Address) else None
        if inner is None or kind != "tunnelled" or kind_of(inner) == "public":
            return False
        return self._allows(origin, inner)

    def _opened(self, ip: Address, port: int, kind: Kind) -> bool:
        return any(
            one.holds(ip, port) and not isinstance(one.host, str) and _is_its_own(one.host, kind)
            for one in self.hosts
        )


def is_in_a_network(address: str) -> bool:
    """Tell addresses that servers of the house have from those that nothing ordinary has."""
    return kind_of(ip_address(address.partition("%")[0])) in _BY_NAME


def private_text(host: str, setting: str) -> str:
    """Return what is told of a private address when nothing came of a call to it."""
    return (
        f"{host} leads to a private address, and nothing that this service may call answers there"
        " as it should. Check the URL, its port and its certificate, and that the server runs."
        f" Whoever runs the service can allow it by adding its host:port to {setting}, and an"
        f" authority of its own to {CA_FILE}."
    )


def _is_its_own(network: Network, kind: Kind) -> bool:
    """Tell whether a network of the setting was meant for this kind: 0.0.0.0/0 was not."""
    if kind not in {"link-local", "metadata"}:
        return True
    if network.num_addresses == 1:
        return True
    return any(_within(network, wide) for wide in LINK_LOCAL)


def _within(network: Network, wide: Network) -> bool:
    if isinstance(network, IPv4Network):
        return isinstance(wide, IPv4Network) and network.subnet_of(wide)
    return isinstance(wide, IPv6Network) and network.subnet_of(wide)
