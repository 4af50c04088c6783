from __future__ import annotations

import pytest

from odoosync.notifications.errors import BadMailServer
from odoosync.notifications.mailing import MailServer, read_mail_server

FROM = "?from=sync@example.com"


def test_everything_is_read_from_the_url() -> None:
    url = "smtp://me%40example.com:p%3Ass@mail.example.com/?from=Sync%20<sync@example.com>&tls=off"
    assert read_mail_server(url) == MailServer(
        host="mail.example.com",
        port=587,
        sender="Sync <sync@example.com>",
        wrapped=False,
        tls="off",
        username="me@example.com",
        password="p:ss",
    )


def test_smtps_speaks_tls_from_the_first_byte() -> None:
    server = read_mail_server(f"smtps://mail.example.com/{FROM}")
    assert (server.port, server.wrapped, server.username) == (465, True, None)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        f"http://mail.example.com/{FROM}",
        f"smtp://{FROM}",
        "smtp://me:secret-word@mail.example.com",
        "smtp://me:secret-word@mail.example.com/?from=nobody",
        f"smtp://me:secret-word@mail.example.com/{FROM}&tls=maybe",
        f"smtp://me:secret-word@mail.example.com:x/{FROM}",
    ],
)
def test_what_is_no_mail_server_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadMailServer, match="ODOOSYNC_SMTP_URL") as raised:
        read_mail_server(url)
    assert "secret-word" not in str(raised.value)


def test_a_password_is_in_no_repr() -> None:
    server = read_mail_server(f"smtp://me:secret-word@mail.example.com/{FROM}")
    assert "secret-word" not in repr(server)
