"""Callers without a login whose requests never end, before the service as it runs."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress

import httpx

from service import Service
from waiting import PATIENCE_S

ENDLESS = 40_000_000


def opened(service: Service, stack: ExitStack) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE_S)
    return stack.enter_context(made)


def test_heads_without_end_are_cut_off_and_others_are_answered(service: Service) -> None:
    with ExitStack() as stack:
        callers = [opened(service, stack) for _ in range(4)]
        sent = 0
        for caller in callers:
            with suppress(ConnectionError):
                caller.sendall(b"GET /healthz HTTP/1.1\r\n")
                for _ in range(ENDLESS // 8_010):
                    caller.sendall(b"X-Name: " + b"x" * 8_000 + b"\r\n")
                    sent += 8_010
        assert sent < ENDLESS
        assert httpx.get(f"{service.url}/healthz", timeout=PATIENCE_S).status_code == 200


def test_half_a_request_is_hung_up(service: Service) -> None:
    with ExitStack() as stack:
        callers = [opened(service, stack) for _ in range(50)]
        for caller in callers:
            caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: odoosync\r\n")
        assert {caller.recv(12) for caller in callers} == {b"HTTP/1.1 408"}


def test_idle_connections_of_one_address_leave_room_for_others(service: Service) -> None:
    with ExitStack() as stack:
        callers = [opened(service, stack) for _ in range(250)]
        refused = [caller.recv(12) for caller in callers[100:]]
        assert set(refused) == {b"HTTP/1.1 503"}
