from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Iterator

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.http_exceptions import HttpProcessingError

from odoosync.addresses.origin import Origin
from odoosync.odoo import errors
from odoosync.odoo.faults import FOREIGN, Asked, translate

ORIGIN = Origin("https", "odoo.example", 443)
KEY = ConnectionKey("odoo.example", 443, True, True, None, None, None)


def below(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for child in kind.__subclasses__():
        yield from below(child)


# Other libraries that are loaded bring subclasses of OSError that never reach a transport.
RAISED_BY = {"aiohttp", "asyncio", "builtins", "socket", "ssl"}
ALL = sorted(
    {
        kind
        for root in FOREIGN
        for kind in below(root)
        if kind.__module__.partition(".")[0] in RAISED_BY
    },
    key=lambda kind: kind.__name__,
)


def met(error: Exception, *, opened: int = 1) -> errors.OdooError:
    return translate(error, Asked(ORIGIN, opened=opened))


def connecting(error: OSError) -> aiohttp.ClientConnectorError:
    return aiohttp.ClientConnectorError(KEY, error)


@pytest.mark.parametrize("kind", ALL)
def test_every_foreign_error_becomes_one_of_ours(kind: type[Exception]) -> None:
    assert isinstance(met(kind.__new__(kind)), errors.OdooError)


@pytest.mark.parametrize(
    "kind",
    [
        aiohttp.ClientError,
        HttpProcessingError,
        OSError,
        TimeoutError,
        ssl.SSLError,
        socket.gaierror,
        asyncio.IncompleteReadError,
        UnicodeError,
    ],
)
def test_nothing_that_aiohttp_raises_is_unmapped(kind: type[Exception]) -> None:
    assert issubclass(kind, FOREIGN)


TABLE: list[tuple[Exception, type[errors.OdooError]]] = [
    (socket.gaierror(socket.EAI_NONAME, "x"), errors.HostNotFound),
    (aiohttp.ClientConnectorDNSError(KEY, OSError()), errors.HostNotFound),
    (UnicodeError("label too long"), errors.HostNotFound),
    (aiohttp.InvalidURL("x"), errors.HostNotFound),
    (connecting(OSError(errno.ECONNREFUSED, "x")), errors.Unreachable),
    (connecting(OSError(errno.EHOSTUNREACH, "x")), errors.Unreachable),
    (connecting(ConnectionResetError()), errors.Unreachable),
    (aiohttp.ClientConnectorSSLError(KEY, ssl.SSLError(1, "x")), errors.TlsFailed),
    (ssl.SSLCertVerificationError(1, "x"), errors.TlsFailed),
    (aiohttp.ConnectionTimeoutError(), errors.TimedOut),
    (aiohttp.SocketTimeoutError(), errors.TimedOut),
    (TimeoutError(), errors.TimedOut),
    (aiohttp.ServerDisconnectedError(), errors.CutOff),
    (aiohttp.ClientPayloadError(), errors.CutOff),
    (aiohttp.ClientOSError(errno.ECONNRESET, "x"), errors.CutOff),
    (asyncio.IncompleteReadError(b"", 1), errors.CutOff),
    (HttpProcessingError(), errors.BrokenAnswer),
    (aiohttp.ClientError(), errors.BrokenAnswer),
    (MemoryError(), errors.AnswerTooLarge),
]


@pytest.mark.parametrize(("error", "kind"), TABLE, ids=repr)
def test_a_foreign_error_becomes_what_can_be_done(
    error: Exception, kind: type[errors.OdooError]
) -> None:
    assert type(met(error)) is kind


def test_a_name_server_that_is_away_may_be_asked_again() -> None:
    assert met(socket.gaierror(socket.EAI_AGAIN, "x")).retriable
    assert not met(socket.gaierror(socket.EAI_NONAME, "x")).retriable


@pytest.mark.parametrize(
    ("asked", "stage"),
    [
        (Asked(ORIGIN), "dns"),
        (Asked(ORIGIN, opened=2), "connect"),
        (Asked(ORIGIN, opened=1, handshakes=1), "tls"),
        (Asked(ORIGIN, opened=1, handshakes=1, connected=True), "read"),
        (Asked(ORIGIN, reused=True), "read"),
    ],
)
def test_a_timeout_says_what_was_waited_for(asked: Asked, stage: str) -> None:
    error = translate(TimeoutError(), asked)
    assert (type(error), error.stage) == (errors.TimedOut, stage)


def test_an_address_that_the_guard_refused_is_told_as_such() -> None:
    asked = Asked(ORIGIN, refused=["odoo.example leads to a private address."])
    error = translate(connecting(PermissionError()), asked)
    assert (type(error), str(error)) == (errors.AddressRefused, asked.refused[0])


def test_a_refused_address_beside_an_open_one_is_not_to_blame() -> None:
    asked = Asked(ORIGIN, refused=["one of two"], opened=1)
    error = translate(connecting(OSError(errno.ECONNREFUSED, "x")), asked)
    assert type(error) is errors.Unreachable


def test_a_certificate_says_why_it_is_not_trusted() -> None:
    why = ssl.SSLCertVerificationError(1, "x")
    why.verify_message = "certificate has expired"
    error = met(aiohttp.ClientConnectorCertificateError(KEY, why))
    assert "certificate has expired" in str(error)
