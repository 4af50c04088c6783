"""The page behind the link of an email: it confirms a mail address, by a button.

A GET changes nothing, for scanners of mails follow links. The page needs no script and nobody to be
signed in. A token that confirms nothing gets one answer, whatever is wrong with it.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from string import Template
from typing import Final

from fastapi.responses import HTMLResponse

from odoosync.accounts.confirming import confirm_address, find_link
from odoosync.accounts.cross_tenant import FoundLink
from odoosync.accounts.errors import LinkNotValid
from odoosync.api.auth import Address
from odoosync.api.problems import status_of
from odoosync.api.routing import new_router
from odoosync.api.services import ServicesDep
from odoosync.notifications.confirming import PATH
from odoosync.notifications.mailing import quoted

router = new_router(ignores_unknown=True)
_STYLE: Final = (
    ":root{color-scheme:light dark}body{max-width:36rem;margin:3rem auto;padding:0 1rem;"
    "font:1.1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
    "button{font:inherit;padding:.5rem 1rem}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}
_PAGE: Final = Template(
    f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>$title</h1>
$content
</main>
</body>
</html>
"""
)
_QUESTION: Final = Template(
    """<p>Mails about trouble with the copies of the user $user will go to
<strong>$email</strong>.</p>
<form method="post"><button type="submit">Confirm this address</button></form>
<p>If you do not know what this is about, close this page. Then nothing is mailed to you.</p>"""
)
_DONE: Final = Template(
    """<p>From now on, mails about trouble with the copies of the user $user go to
<strong>$email</strong>.</p>
<p>You can close this page.</p>"""
)
_NOT_VALID: Final = """<p>$why</p>
<p>If the address is confirmed already, there is nothing left to do. If not, ask
Odoosync for another email: <code>POST /api/v1/me/email/confirmation</code>.</p>"""


@router.get(PATH + "{token}", include_in_schema=False)
async def ask(token: str, services: ServicesDep) -> HTMLResponse:
    """Show what would be confirmed, with a button that does it."""
    try:
        found = await find_link(services.accounts, token)
    except LinkNotValid as error:
        return _not_valid(error)
    return _page("Confirm your mail address", _about(_QUESTION, found))


@router.post(PATH + "{token}", include_in_schema=False)
async def confirm(token: str, services: ServicesDep, address: Address) -> HTMLResponse:
    """Confirm the address, once."""
    try:
        found = await confirm_address(services.accounts, token, caller=address)
    except LinkNotValid as error:
        return _not_valid(error)
    return _page("The address is confirmed", _about(_DONE, found))


def _about(content: Template, found: FoundLink) -> str:
    return content.substitute(user=escape(quoted(found.username)), email=escape(found.email))


def _not_valid(error: LinkNotValid) -> HTMLResponse:
    content = Template(_NOT_VALID).substitute(why=escape(error.message))
    return _page("This link is not valid", content, status_of(type(error)))


def _page(title: str, content: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(_PAGE.substitute(title=title, content=content), status, _HEADERS)
