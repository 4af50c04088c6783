"""Preferences that only Odoo can say yes to: its languages, and the login's companies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odoosync.connections.errors import BadPreference
from odoosync.odoo.bounds import SMALL
from odoosync.odoo.client import OdooClient
from odoosync.odoo.errors import BadAnswer
from odoosync.odoo.fields import is_id
from odoosync.odoo.names import is_language
from odoosync.spelling import did_you_mean


def must_ask(wanted: Mapping[str, Any]) -> bool:
    return bool(wanted.get("language") or wanted.get("company_ids"))


async def check_with_odoo(client: OdooClient, wanted: Mapping[str, Any]) -> None:
    """Raise BadPreference unless Odoo has the language, and the login all of the companies."""
    if language := wanted.get("language"):
        await _check_language(client, language)
    if company_ids := wanted.get("company_ids"):
        await _check_companies(client, company_ids)


async def _check_language(client: OdooClient, language: str) -> None:
    rows = await client.search_read("res.lang", [["active", "=", True]], ["code"], bound=SMALL)
    codes = sorted(code for row in rows if is_language(code := row.get("code")))
    if language not in codes:
        raise BadPreference(
            f"This Odoo has not installed the language {language}."
            f"{did_you_mean(language, codes)} It has {', '.join(codes)}."
        )


async def _check_companies(client: OdooClient, company_ids: Sequence[int]) -> None:
    rows = await client.read("res.users", [client.facts.uid], ["company_ids"], bound=SMALL)
    own = rows[0].get("company_ids") if rows else None
    if not isinstance(own, list) or not all(map(is_id, own)):
        raise BadAnswer
    strange = [str(one) for one in company_ids if one not in own]
    if strange:
        raise BadPreference(
            f"This login does not work for the companies with the ids {', '.join(strange)}. It "
            f"does for {', '.join(str(one) for one in sorted(own))}."
        )
