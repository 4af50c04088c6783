"""How a process reaches other servers: whose certificates it trusts, and by which proxy it goes.

A proxy connects in our place. So the name of a target is looked up and judged here all the same,
and a tunnel is asked for to the address that was judged.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import unquote

import aiohttp
from yarl import URL

from odoosync.addresses.guard import CA_FILE, AddressGuard
from odoosync.addresses.lookups import Lookups, Resolver
from odoosync.addresses.origin import Origin, UrlKind, parse_url
from odoosync.addresses.sockets import Route, guarded_sockets, noting_handshakes, open_socket
from odoosync.errors import InvalidInput

PROXY: Final = "ODOOSYNC_OUTBOUND_PROXY"
_PROXY_URL: Final = UrlKind(f"value of {PROXY}", "bad_settings", "http://proxy.example:3128", 2_000)
_USER_INFO: Final = re.compile(r"(?P<scheme>[^/]*//)(?P<user>[^/?#]*)@")


@cache
def _system_trust() -> ssl.SSLContext:
    """Trust the system's authorities: reading them all takes long, and once a process is enough."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Outbound:
    """Shared by all that connects for users: the calls to Odoo, and the messages of webhooks.

    `login` is the header that the proxy alone is to see.
    """

    tls: ssl.SSLContext = field(default_factory=_system_trust)
    proxy: Origin | None = None
    login: Mapping[str, str] = field(default_factory=dict, repr=False)
    lookups: Lookups = field(default_factory=Lookups)

    @classmethod
    def of(cls, ca_file: Path | None = None, proxy: str | None = None) -> Self:
        """Read the two settings. Raises InvalidInput, which never shows what a login holds."""
        tls = trusting(ca_file)
        if proxy is None:
            return cls(tls)
        bare = proxy.strip()
        found = _USER_INFO.match(bare)
        if found is not None:
            bare = found["scheme"] + bare[found.end() :]
        url, origin = parse_url(bare, _PROXY_URL)
        if url.raw_path not in {"", "/"} or url.query_string or url.fragment:
            raise _PROXY_URL.invalid("must end after the host and the port")
        if found is None:
            return cls(tls, origin)
        login = b64encode(unquote(found["user"]).encode()).decode()
        return cls(tls, origin, {"Proxy-Authorization": f"Basic {login}"})

    def connector(self, guard: AddressGuard, **options: Any) -> aiohttp.TCPConnector:
        """Return a pool whose sockets the guard lets open. The proxy is the operator's choice."""
        direct = self.proxy is None
        return aiohttp.TCPConnector(
            limit=0,
            resolver=Resolver(self.lookups),
            use_dns_cache=False,  # else one tenant's look-up is waited for by others
            ssl=noting_handshakes(self.tls),
            socket_factory=guarded_sockets(guard) if direct else open_socket,
            **options,
        )

    async def addressed(self, url: URL, route: Route, guard: AddressGuard) -> dict[str, Any]:
        """Return what of a request depends on the way: its URL, headers, proxy and name for TLS.

        Raises OSError when no address of the target may be connected to, or none is found.
        """
        if self.proxy is None:
            return {"url": url, "headers": {}}
        route.proxied = True
        address = await self._judged_address(route, guard)
        proxy = URL(str(self.proxy))
        if route.origin.scheme != "https":
            return {"url": url, "headers": dict(self.login), "proxy": proxy}
        return {
            "url": url.with_host(address),
            "headers": {"Host": str(route.origin).partition("//")[2]},
            "server_hostname": route.origin.host,
            "proxy": proxy,
            "proxy_headers": self.login,
        }

    async def _judged_address(self, route: Route, guard: AddressGuard) -> str:
        """Look the target up; return the first address that the guard allows, IPv4 before IPv6."""
        found = await self.lookups.find(route.origin.host, route.origin.port)
        for info in sorted(found, key=lambda one: one[0] != socket.AF_INET):
            address = str(info[4][0])
            if route.judge(guard, address).allowed:
                route.refused.clear()
                return address
        raise PermissionError(errno.EACCES, "no address of it may be connected to")


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Trust the system's authorities, and those of a file beside them. Raises InvalidInput."""
    if ca_file is None:
        return _system_trust()
    tls = ssl.create_default_context()
    try:
        tls.load_verify_locations(cafile=ca_file)
    except FileNotFoundError:
        raise InvalidInput(f"{CA_FILE}: there is no file {ca_file}.") from None
    except ssl.SSLError:
        raise InvalidInput(
            f"{CA_FILE}: {ca_file} holds no certificates that can be read. It must be a PEM file,"
            " which has lines such as -----BEGIN CERTIFICATE-----."
        ) from None
    except OSError as error:
        raise InvalidInput(f"{CA_FILE}: {ca_file} cannot be read: {error.strerror}.") from None
    return tls
