"""Ports for servers that are started, killed and started again."""

from __future__ import annotations

import random
import socket

_PORTS = range(12_000, 32_000)
"""Below those that the system gives to clients: no client takes the port of a dead server."""


def free_port() -> int:
    while True:
        port = random.SystemRandom().choice(_PORTS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
