"""The scripts and style sheets of the pages, packed as they are sent; `files/` says whose they are.

A name holds its version, so browsers may keep a file for good.
"""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files
from typing import Final

from fastapi import Response

_HERE: Final = "odoosync.api.browsing"
_TYPES: Final = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
_KEPT: Final = "public, max-age=31536000, immutable"

SWAGGER: Final = "swagger-ui-bundle-5.35.0.js"
SWAGGER_STYLE: Final = "swagger-ui-5.35.0.css"
GRAPHIQL: Final = "graphiql-3.9.0.js"
GRAPHIQL_STYLE: Final = "graphiql-3.9.0.css"
REACT: Final = "react-18.3.1.js"
REACT_DOM: Final = "react-dom-18.3.1.js"
NAMES: Final = frozenset({SWAGGER, SWAGGER_STYLE, GRAPHIQL, GRAPHIQL_STYLE, REACT, REACT_DOM})


def asset(name: str, accepted: str) -> Response:
    """Send one of NAMES, packed where the caller's `Accept-Encoding` knows gzip."""
    body, headers = _packed(name), {"Cache-Control": _KEPT, "Vary": "Accept-Encoding"}
    if "gzip" in accepted:
        headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    return Response(body, media_type=_TYPES[name.rsplit(".", 1)[-1]], headers=headers)


@cache
def _packed(name: str) -> bytes:
    return files(_HERE).joinpath("files", f"{name}.gz").read_bytes()
