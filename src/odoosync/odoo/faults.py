"""The one place where errors of aiohttp, sockets, TLS and HTTP parsing become ours.

Callers raise what `translate` gives *outside* the `except` block: a foreign error holds the
request, and with it the API key, so it must not live on as `__context__` of ours.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from odoosync.addresses.guard import CA_FILE
from odoosync.addresses.sockets import Route
from odoosync.odoo.errors import (
    AddressRefused,
    AnswerTooLarge,
    BrokenAnswer,
    CutOff,
    HostNotFound,
    OdooError,
    ProxyRefused,
    Stage,
    TimedOut,
    TlsFailed,
    Unreachable,
)

FOREIGN: tuple[type[Exception], ...] = (
    aiohttp.ClientError,
    HttpProcessingError,
    OSError,  # with socket.gaierror, ssl.SSLError, TimeoutError, ConnectionError
    EOFError,  # with asyncio.IncompleteReadError
    UnicodeError,
    MemoryError,
)
_CUT = (
    aiohttp.ClientOSError,  # after the connection stood; the connector's own come earlier
    aiohttp.ServerDisconnectedError,
    aiohttp.ClientPayloadError,
    aiohttp.UploadAbortedError,
    ConnectionResetError,
    ConnectionAbortedError,
    BrokenPipeError,
    EOFError,  # with asyncio.IncompleteReadError
)
_UNKNOWN_AUTHORITY = frozenset({2, 18, 19, 20, 21})
"""OpenSSL's X509_V_ERR codes: no issuer found, signed by itself, a first one that nobody signed."""
_SERVER_ERRORS = 500
_WHY_UNREACHABLE = {
    errno.ECONNREFUSED: "Nothing listens at this address and port."
    " Check the port of the URL, and that Odoo runs.",
    errno.EHOSTUNREACH: "There is no network route to this address."
    " Check the URL, the firewall and the VPN.",
    errno.ENETUNREACH: "There is no network route to this address."
    " Check the URL, the firewall and the VPN.",
}
_TOO_SLOW: Mapping[Stage, str] = {
    "dns": "The host name of the Odoo URL was not looked up in time."
    " Check its spelling and the name server, or try again later.",
    "connect": "No connection to Odoo could be made in time."
    " Check the URL and the firewall, or try again later.",
    "tls": "A connection to Odoo was made, but no secure one in time."
    " Check that this port speaks HTTPS, or try again later.",
}


@dataclass(slots=True)
class Asked(Route):
    """What one call asked for, and what became of it on the way."""

    answered: bool = False

    @property
    def stage(self) -> Stage:
        """Tell what the call waits for."""
        if self.connected or self.reused:
            return "read"
        if self.handshakes:
            return "tls"
        return "connect" if self.opened else "dns"

    @property
    def went_stale(self) -> bool:
        """A kept connection that the server had closed meanwhile: it never saw the call."""
        return self.reused and not self.answered


def translate(error: Exception, asked: Asked) -> OdooError:
    """Name a foreign error by what can be done about it."""
    if asked.refusal is not None:
        return AddressRefused(asked.refusal)
    for kinds, ours in _TABLE:
        if isinstance(error, kinds):
            return ours(error, asked)
    return BrokenAnswer("What came is not HTTP as a web server speaks it. Check the URL's port.")


def _not_found(error: Exception, asked: Asked) -> OdooError:
    if asked.proxied and isinstance(error, aiohttp.ClientConnectorDNSError):
        return _proxy_away(error, asked)  # the target's name was looked up before
    if _errno(error) == socket.EAI_AGAIN:
        return HostNotFound(
            "The host name of the Odoo URL could not be looked up just now."
            " Check its spelling, or try again.",
            retriable=True,
        )
    return HostNotFound()


def _tls(error: Exception, _asked: Asked) -> OdooError:
    certificate = getattr(error, "certificate_error", None) or error
    if not isinstance(certificate, ssl.CertificateError):
        return TlsFailed(
            "No secure connection could be made: this port does not speak TLS as expected."
            " Check whether the URL should begin with http:// or name another port."
        )
    why = getattr(certificate, "verify_message", "") or "it could not be checked"
    cure = "Renew or replace it, or use the host name that it was made for."
    if getattr(certificate, "verify_code", 0) in _UNKNOWN_AUTHORITY:
        cure = (
            f"If an authority of your own signed it, whoever runs the service can set {CA_FILE} to"
            " the file of that authority's certificate. Else have it signed by a public one."
        )
    return TlsFailed(f"The certificate of this Odoo is not trusted: {why}. {cure}")


def _proxy_away(_error: Exception, _asked: Asked) -> OdooError:
    return Unreachable("The outbound proxy does not answer. Check ODOOSYNC_OUTBOUND_PROXY.")


def _proxy_refused(error: Exception, _asked: Asked) -> OdooError:
    status = getattr(error, "status", 0)
    if status < _SERVER_ERRORS:
        return ProxyRefused(status)
    return Unreachable(
        f"The outbound proxy could not reach this Odoo (status {status}). Check the URL, and that"
        " there is a way from the proxy to it."
    )


def _timed_out(_error: Exception, asked: Asked) -> OdooError:
    return TimedOut(_TOO_SLOW.get(asked.stage), stage=asked.stage)


def _unreachable(error: Exception, _asked: Asked) -> OdooError:
    return Unreachable(_WHY_UNREACHABLE.get(_errno(error)))


def _errno(error: Exception) -> int:
    cause = getattr(error, "os_error", None) or error
    return getattr(cause, "errno", None) or 0


# The first row that fits wins: most of these classes are OSError as well.
_TABLE: tuple[tuple[tuple[type[Exception], ...], Callable[[Exception, Asked], OdooError]], ...] = (
    ((aiohttp.ClientProxyConnectionError,), _proxy_away),
    ((aiohttp.ClientHttpProxyError,), _proxy_refused),
    ((aiohttp.ClientConnectorDNSError, socket.gaierror), _not_found),
    ((aiohttp.InvalidURL, UnicodeError), lambda _error, _asked: HostNotFound()),
    ((aiohttp.ClientSSLError, ssl.SSLError, aiohttp.ServerFingerprintMismatch), _tls),
    ((TimeoutError,), _timed_out),
    ((aiohttp.ClientConnectorError,), _unreachable),
    (_CUT, lambda _error, _asked: CutOff()),
    ((MemoryError,), lambda _error, _asked: AnswerTooLarge()),
    ((OSError,), _unreachable),
)
