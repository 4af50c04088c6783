"""Names in `.silent.test` have a server that says nothing; see `attacks`."""

from __future__ import annotations

import socket
import time
from typing import Any

_SILENT_S = 20.0
_ask = socket.getaddrinfo


def _getaddrinfo(host: Any, *given: Any, **more: Any) -> Any:
    if str(host).endswith(".silent.test"):
        time.sleep(_SILENT_S)
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")
    return _ask(host, *given, **more)


socket.getaddrinfo = _getaddrinfo
