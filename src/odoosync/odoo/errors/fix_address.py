"""Errors of the address: the URL must change, or the network around it."""

from __future__ import annotations

from odoosync.odoo.errors.kinds import FixAddress, Stage


class HostNotFound(FixAddress):
    code = "odoo_host_not_found"
    stage: Stage = "dns"
    sentence = "The host name of the Odoo URL was not found. Check its spelling."


class TlsFailed(FixAddress):
    code = "odoo_tls_failed"
    stage: Stage = "tls"
    sentence = "No secure connection to Odoo could be made. Check the server's certificate."


class NotOdoo(FixAddress):
    code = "odoo_not_odoo"
    stage: Stage = "version"
    sentence = "Something answers at this address, but it is not Odoo. Check the URL."


class ProtocolMissing(NotOdoo):
    code = "odoo_protocol_missing"
    sentence = (
        "This Odoo does not offer the interface that is needed. Check that a proxy before it lets"
        " /jsonrpc and /json/2 through."
    )


class RedirectRefused(FixAddress):
    """`target` is the address that the server points to, or None when it is not readable.

    `page` is the path of another page of the same server that it points to.
    """

    code = "odoo_redirect_refused"
    stage: Stage = "version"

    def __init__(self, target: str | None, page: str = "") -> None:
        if page:
            told = (
                f"This address sends callers to its page {page}, which is not followed."
                " It may ask for a login or tell of maintenance."
            )
        elif target:
            told = (
                f"This address sends callers to {target}, which is not followed."
                f" If that is your Odoo, use {target} as its URL."
            )
        else:
            told = "This address sends callers elsewhere, which is not followed. Check the URL."
        super().__init__(told)
        self.target = target


class AddressRefused(FixAddress):
    code = "odoo_address_refused"


class ProxyRefused(FixAddress):
    """`status` is what the proxy answered."""

    code = "odoo_proxy_refused"

    def __init__(self, status: int) -> None:
        super().__init__(
            "The outbound proxy wants a login. Put its user and password into"
            " ODOOSYNC_OUTBOUND_PROXY."
            if status == 407  # noqa: PLR2004 - HTTP's status for just this
            else f"The outbound proxy refuses to connect to this Odoo (status {status}). Let it"
            " through there: for https:// the proxy is asked for the address, not for the name."
        )
        self.status = status
