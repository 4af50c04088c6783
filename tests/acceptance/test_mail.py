"""An address is confirmed by the link of an email, as the service and its worker send it."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from elsewhere import elsewhere
from mail_server import taking_mail
from ports import free_port
from service import Service
from waiting import PATIENCE_S, wait_until


def test_a_user_confirms_an_address_and_no_log_holds_the_link(
    tmp_path: Path, database_url: str
) -> None:
    port = free_port()
    with elsewhere(taking_mail) as mails:
        settings = {
            "ODOOSYNC_SMTP_URL": mails.url,
            "ODOOSYNC_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        service = Service(tmp_path, database_url, settings, port)
        service.start()
        try:
            with service.signed_in("anna") as anna:
                anna.ok(anna.http.patch("/api/v1/me", json={"email": "anna@example.com"}))
                wait_until(lambda: bool(mails.took))
                (link,) = re.findall(r"http://\S+", mails.took[0].get_content())
                assert "<button" in httpx.get(link, timeout=PATIENCE_S).text
                assert anna.get("/api/v1/me")["email_confirmed_at"] is None
                assert httpx.post(link, timeout=PATIENCE_S).status_code == 200
                assert anna.get("/api/v1/me")["email_confirmed_at"] is not None
        finally:
            service.stop()
    assert link.rpartition("/")[2] not in service.log.read_text()
