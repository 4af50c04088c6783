"""What kind of address one is: public, or which of those that are not. Pure.

IPv6 can carry an IPv4 address in itself. Where such an address leads is read from its prefix.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Kind = Literal[
    "public", "loopback", "private", "link-local", "metadata", "multicast", "reserved", "tunnelled"
]

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
LINK_LOCAL: tuple[Network, ...] = (ip_network("169.254.0.0/16"), ip_network("fe80::/10"))
_PRIVATE: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
# IPv6 addresses that carry an IPv4 address as RFC 6052 says: mapped, translated, compatible, NAT64.
_TRANSLATED: tuple[IPv6Network, ...] = tuple(
    IPv6Network(text)
    for text in ("::ffff:0:0/96", "::ffff:0:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
# Those, and the ones that carry it in a way of their own: Teredo, 6to4.
_TUNNELS: tuple[Network, ...] = (*_TRANSLATED, ip_network("2001::/32"), ip_network("2002::/16"))
_NAT64_OF_A_SITE = IPv6Network("64:ff9b:1::/48")
_NAT64_LENGTHS = (32, 40, 48, 56, 64, 96)
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
    (LINK_LOCAL, "link-local"),
    (_PRIVATE, "private"),
    (_RESERVED, "reserved"),
    (_TUNNELS, "tunnelled"),
)


def kind_of(ip: Address) -> Kind:
    """Sort an address; the most dangerous kind wins where several fit."""
    carried = _carried(ip) if isinstance(ip, IPv6Address) else ()
    if ip in _METADATA or any(inner in _METADATA for inner in carried):
        return "metadata"
    if ip.is_loopback:
        return "loopback"
    for networks, kind in _RANGES:
        if any(ip in network for network in networks):
            return kind
    if ip.is_multicast:
        return "multicast"
    return "public" if ip.is_global and not ip.is_reserved else "reserved"


def is_public(address: str) -> bool:
    """Tell whether a text is a public address; what is no address is none."""
    try:
        return kind_of(ip_address(address.partition("%")[0])) == "public"
    except ValueError:
        return False


def embedded(ip: IPv6Address) -> IPv4Address | None:
    """Give the IPv4 address that a mapped, 6to4, NAT64 or Teredo address leads to."""
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if ip.is_loopback or ip.is_unspecified:
        return None
    for network in _TRANSLATED:
        if ip in network:
            return translated(ip, network.prefixlen)
    return None


def translated(ip: IPv6Address, length: int) -> IPv4Address:
    """Read the IPv4 address behind a prefix of this length, as RFC 6052 lays it out.

    It follows the prefix and leaves out the byte at bits 64 to 71.
    """
    if length not in _NAT64_LENGTHS:
        raise ValueError(f"no prefix of RFC 6052 has {length} bits")
    packed = ip.packed
    if length == max(_NAT64_LENGTHS):
        return IPv4Address(packed[12:])
    without = packed[:8] + packed[9:]
    first = length // 8
    return IPv4Address(without[first : first + 4])


def _carried(ip: IPv6Address) -> tuple[IPv4Address, ...]:
    """List what an address may lead to: a site may use a longer prefix within its own range."""
    if ip in _NAT64_OF_A_SITE:
        return tuple(
            translated(ip, length)
            for length in _NAT64_LENGTHS
            if length >= _NAT64_OF_A_SITE.prefixlen
        )
    inner = embedded(ip)
    return () if inner is None else (inner,)
