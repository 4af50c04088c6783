"""Bad values of the two settings, which stop a process at its start."""

from __future__ import annotations

from pathlib import Path

import pytest

from odoosync.addresses.outbound import Outbound
from odoosync.errors import InvalidInput
from odoosync.settings import load_settings

SECRET = "hunter2"


@pytest.mark.parametrize(
    "proxy",
    [
        "proxy.example:3128",
        "10.0.0.1:3128",
        "socks5://proxy.example:1080",
        f"user:{SECRET}@proxy.example:3128",
        f"ftp://user:{SECRET}@proxy.example",
        f"http://user:{SECRET}@",
        f"http://user:{SECRET}@proxy.example:99999",
        f"http://user:{SECRET}@proxy.example/path",
        f"http://proxy.example/?password={SECRET}",
        f"http://user:{SECRET}#2@proxy.example",
        f"http://user:7#{SECRET}@proxy.example",
    ],
)
def test_a_proxy_that_is_none_is_named_and_not_shown(proxy: str) -> None:
    with pytest.raises(InvalidInput, match="ODOOSYNC_OUTBOUND_PROXY") as caught:
        Outbound.of(None, proxy)
    assert SECRET not in f"{caught.value} {caught.value!r}"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("proxy", ["http://proxy.example:3128", "https://u:p@proxy.example/"])
def test_a_proxy_has_a_scheme_and_a_host(proxy: str) -> None:
    outbound = Outbound.of(None, proxy)
    assert outbound.proxy is not None
    assert outbound.proxy.host == "proxy.example"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "there is no file"),
        ("", "PEM"),
        ("no certificate", "PEM"),
        ("-----BEGIN CERTIFICATE-----\nxxxx\n-----END CERTIFICATE-----\n", "PEM"),
        ("-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----\n", "PEM"),
    ],
)
def test_a_file_that_holds_no_certificates_is_named(
    tmp_path: Path, text: str | None, told: str
) -> None:
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InvalidInput, match=told) as caught:
        Outbound.of(path)
    assert "ODOOSYNC_CA_FILE" in caught.value.message
    assert str(path) in caught.value.message


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="ODOOSYNC_CA_FILE"):
        Outbound.of(tmp_path)


def test_empty_settings_are_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODOOSYNC_CA_FILE", "")
    monkeypatch.setenv("ODOOSYNC_OUTBOUND_PROXY", " ")
    settings = load_settings()
    assert (settings.ca_file, settings.configured_outbound_proxy) == (None, None)


def test_the_login_of_a_proxy_is_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODOOSYNC_OUTBOUND_PROXY", f"http://user:{SECRET}@proxy.example")
    settings = load_settings()
    outbound = Outbound.of(None, settings.configured_outbound_proxy)
    assert SECRET not in f"{settings!r} {outbound!r}"
