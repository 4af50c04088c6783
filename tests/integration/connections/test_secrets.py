"""Secrets as people paste them: what came along with an API key goes, a password stays as it is."""

from __future__ import annotations

import httpx
import pytest

from integration.connections.calling import ADMIN, CONNECTIONS, PROFILE, Calls
from odoo_sandbox import SandboxServer
from odoo_sandbox.seeding import ADMIN_KEY

PASTED = [
    f" {ADMIN_KEY} ",
    f"{ADMIN_KEY}\r\n",
    f"\t{ADMIN_KEY}\n\n",
    f"\u200b\u00a0{ADMIN_KEY}\ufeff",
    f"{ADMIN_KEY[:20]}\r\n{ADMIN_KEY[20:]}",
    f"'{ADMIN_KEY}'",
    f"Bearer {ADMIN_KEY}",
]
BLANKS = ["admin ", " admin", "admin\n", "admin\u00a0"]


def told(answer: httpx.Response) -> tuple[str, bool]:
    """Return the code of a refusal, and whether it speaks of blanks."""
    return answer.json()["code"], "begins or ends with a blank" in answer.json()["detail"]


@pytest.mark.parametrize("pasted", PASTED)
async def test_an_api_key_is_stored_without_what_came_along(calls: Calls, pasted: str) -> None:
    await calls.ok("POST", PROFILE, ADMIN | {"odoo_password": pasted})
    assert (await calls.ok("GET", PROFILE))["odoo_password"] == ADMIN_KEY


async def test_so_it_is_wherever_a_secret_is_given(calls: Calls) -> None:
    made, key = await calls.create(), {"odoo_password": f"{ADMIN_KEY}\n"}
    await calls.act(made["id"], "test", key)
    await calls.ok("PUT", f"{CONNECTIONS}/{made['id']}/credentials", key)
    await calls.ok("DELETE", f"{CONNECTIONS}/{made['id']}")
    await calls.act(made["id"], "restore", key)
    assert (await calls.ok("GET", PROFILE))["odoo_password"] == ADMIN_KEY


@pytest.mark.parametrize("typed", BLANKS)
async def test_a_password_with_blanks_that_is_refused_is_said_to_have_them(
    calls: Calls, typed: str
) -> None:
    answer = await calls.ask("POST", PROFILE, ADMIN | {"odoo_password": typed})
    assert told(answer) == ("odoo_invalid_credentials", True)


async def test_a_key_that_was_not_copied_whole_is_told_so(calls: Calls) -> None:
    answer = await calls.ask("POST", PROFILE, ADMIN | {"odoo_password": ADMIN_KEY[:-1]})
    assert answer.json()["code"] == "odoo_invalid_credentials"
    assert "not copied whole" in answer.json()["detail"]


async def test_a_password_without_blanks_that_is_refused_is_not(calls: Calls) -> None:
    answer = await calls.ask("POST", PROFILE, ADMIN | {"odoo_password": "ad min"})
    assert told(answer) == ("odoo_invalid_credentials", False)


async def test_a_password_that_has_blanks_is_sent_and_kept_as_it_is(
    calls: Calls, odoo: SandboxServer
) -> None:
    odoo.world.accounts[2].password = " ad min "
    await calls.ok("POST", PROFILE, ADMIN | {"odoo_password": " ad min "})
    assert (await calls.ok("GET", PROFILE))["odoo_password"] == " ad min "


@pytest.mark.parametrize("mask", ["********", " ********\n"])
async def test_the_mask_is_no_password_whatever_surrounds_it(calls: Calls, mask: str) -> None:
    sent = ADMIN | {"odoo_password": mask}
    assert await calls.refused("POST", PROFILE, sent) == (422, "masked_password")
