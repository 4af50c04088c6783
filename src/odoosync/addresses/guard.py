"""Which addresses this service may connect to on behalf of its users.

A URL that a user types makes the service call it from inside its own network. This room decides
by the address that is really connected to, after the name was resolved. It does no I/O.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal, Self

from odoosync.addresses.origin import Origin
from odoosync.errors import InvalidInput

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Kind = Literal[
    "public", "loopback", "private", "link-local", "metadata", "multicast", "reserved", "tunnelled"
]

# What an allowed name may resolve to; every other kind needs a network of its own in the setting.
_BY_NAME: frozenset[Kind] = frozenset({"loopback", "private"})
_METADATA: frozenset[Address] = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Google, Azure, OpenStack and most others
        "169.254.169.253",  # AWS: resolver
        "169.254.170.2",  # AWS: container credentials
        "169.254.170.23",  # AWS: pod identity
        "fd00:ec2::254",  # AWS over IPv6
        "fd00:ec2::23",
        "fd20:ce::254",  # Google over IPv6
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure: wire server, a public address that only virtual machines reach
        "192.0.0.192",  # Oracle
    )
)
_LINK_LOCAL: tuple[Network, ...] = (ip_network("169.254.0.0/16"), ip_network("fe80::/10"))
_PRIVATE: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
# IPv6 addresses that carry an IPv4 address: mapped, compatible, NAT64, Teredo, 6to4.
_TUNNELS: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    )
)
_RESERVED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # relays of 6to4, once
        "::/128",
        "fec0::/10",
        "3fff::/20",
        "5f00::/16",
    )
)
# In this order: fe80::/10 and fc00::/7 never overlap, but ::/96 holds ::, which is reserved.
_RANGES: tuple[tuple[tuple[Network, ...], Kind], ...] = (
    (_LINK_LOCAL, "link-local"),
    (_PRIVATE, "private"),
    (_RESERVED, "reserved"),
    (_TUNNELS, "tunnelled"),
)
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is a sentence for a person, empty when the address is allowed."""

    allowed: bool
    reason: str = ""


ALLOWED = Verdict(allowed=True)


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Pure: an origin that was asked for and the address it leads to give a verdict.

    `setting` is what a refusal tells whoever runs the service to change.
    """

    setting: str
    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    default_origin: Origin | None = None

    @classmethod
    def of(cls, setting: str, allowed: Iterable[str], default: Origin | None = None) -> Self:
        """Read the entries of the setting: names, addresses and CIDRs. Raises InvalidInput."""
        names: set[str] = set()
        networks: list[Network] = []
        for entry in filter(None, (text.strip().lower() for text in allowed)):
            network = _network(entry)
            if network is not None:
                networks.append(network)
            elif _NAME.fullmatch(entry):
                names.add(entry)
            else:
                raise InvalidInput(
                    f"{setting} holds an entry that is neither a host name nor an address or CIDR."
                )
        return cls(setting, frozenset(names), tuple(networks), default)

    def verdict(self, origin: Origin, address: str) -> Verdict:
        """Judge one address that is about to be connected to; call it for each, each time."""
        if origin.scheme not in {"http", "https"}:
            return Verdict(allowed=False, reason="The URL begins with https:// or http://.")
        try:
            ip = ip_address(address.partition("%")[0])
        except ValueError:
            return self._refused(origin.host, "unreadable")
        kind = kind_of(ip)
        if kind == "public" or self._opened(ip, kind):
            return ALLOWED
        if kind in _BY_NAME and (origin.host in self.names or origin == self.default_origin):
            return ALLOWED
        inner = embedded(ip) if isinstance(ip, IPv6Address) else None
        if inner is not None and kind == "tunnelled" and kind_of(inner) != "public":
            return self.verdict(origin, str(inner))
        return self._refused(origin.host, kind)

    def _opened(self, ip: Address, kind: Kind) -> bool:
        return any(ip in network and _is_its_own(network, kind) for network in self.networks)

    def _refused(self, host: str, kind: str) -> Verdict:
        allow = (
            f"its name or network to {self.setting}"
            if kind in _BY_NAME
            else f"its network as a CIDR of its own to {self.setting}"
        )
        return Verdict(
            allowed=False,
            reason=(
                f"{host} leads to a {kind} address, which this service does not call by default."
                f" Whoever runs the service can allow it by adding {allow}."
            ),
        )


def kind_of(ip: Address) -> Kind:
    """Sort an address; the most dangerous kind wins where several fit."""
    inner = embedded(ip) if isinstance(ip, IPv6Address) else None
    if ip in _METADATA or inner in _METADATA:
        return "metadata"
    if ip.is_loopback:
        return "loopback"
    for networks, kind in _RANGES:
        if any(ip in network for network in networks):
            return kind
    if ip.is_multicast:
        return "multicast"
    return "public" if ip.is_global and not ip.is_reserved else "reserved"


def embedded(ip: IPv6Address) -> IPv4Address | None:
    """Give the IPv4 address that a mapped, 6to4, NAT64 or Teredo address leads to."""
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if any(ip in network for network in _TUNNELS) and not (ip.is_loopback or ip.is_unspecified):
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return None


def _is_its_own(network: Network, kind: Kind) -> bool:
    """Tell whether a network of the setting was meant for this kind: 0.0.0.0/0 was not."""
    if kind not in {"link-local", "metadata"}:
        return True
    if network.num_addresses == 1:
        return True
    return any(_within(network, wide) for wide in _LINK_LOCAL)


def _within(network: Network, wide: Network) -> bool:
    if isinstance(network, IPv4Network):
        return isinstance(wide, IPv4Network) and network.subnet_of(wide)
    return isinstance(wide, IPv6Network) and network.subnet_of(wide)


def _network(entry: str) -> Network | None:
    try:
        return ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return None
