"""Slowing down whoever comes too often: a bucket for each key, filled at a steady rate.

Pure: the time is handed in. Memory is bounded: beyond `capacity` keys the least recent is dropped.
"""

from __future__ import annotations

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network


class Throttle:
    """Allows `burst` at once and `rate` a second in the long run, for each key."""

    def __init__(self, *, rate: float, burst: int, capacity: int = 50_000) -> None:
        self._interval = 1 / rate
        self._tolerance = (burst - 1) / rate
        self._capacity = capacity
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """Return the seconds until one more is allowed; 0 when it is allowed now."""
        return max(0.0, self._full_at.get(key, now) - now - self._tolerance)

    def take(self, key: str, now: float) -> None:
        """Count one, allowed or not; what is over the burst never adds up to a longer wait."""
        ceiling = now + self._tolerance + self._interval
        self._full_at[key] = min(max(self._full_at.get(key, now), now) + self._interval, ceiling)
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._capacity:
            self._full_at.popitem(last=False)

    def forget(self, key: str) -> None:
        self._full_at.pop(key, None)


def network_of(address: str) -> str:
    """Return what one caller holds: an IPv4 address, or the /64 around an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed.packed[:8] + bytes(8), 64)))
    return address
