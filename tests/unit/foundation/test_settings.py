from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from odoosync.crypto import KeySource
from odoosync.settings import BadSettings, Settings, load_settings


def test_unset_means_sqlite_in_the_data_folder(tmp_path: Path) -> None:
    url = Settings(data_dir=tmp_path).effective_database_url
    assert url == f"sqlite:///{tmp_path}/odoosync.sqlite3"


@pytest.mark.parametrize("folder", ["plain", "a b", "100%25", "what?", "ä#1"])
def test_any_name_of_the_data_folder_leads_into_it(tmp_path: Path, folder: str) -> None:
    url = Settings(data_dir=tmp_path / folder).effective_database_url
    assert make_url(url).database == str(tmp_path / folder / "odoosync.sqlite3")


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODOOSYNC_ALLOWED_ODOO_HOSTS", "odoo, 10.0.0.0/8 ,")
    assert load_settings().allowed_odoo_hosts == ("odoo", "10.0.0.0/8")


def test_a_bad_value_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODOOSYNC_DATABASE_URL", "mysql://root:hunter2@db/x")
    with pytest.raises(BadSettings) as caught:
        load_settings()
    assert "ODOOSYNC_DATABASE_URL" in caught.value.message
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    first, second = (
        KeySource(settings.configured_keys, settings.data_dir).load_or_make(),
        KeySource(settings.configured_keys, settings.data_dir).load_or_make(),
    )
    mode = stat.S_IMODE((tmp_path / "data" / "secret_keys").stat().st_mode)
    assert (first, mode) == (second, 0o600)


def test_a_password_with_a_bare_sign_is_no_reason_to_show_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ODOOSYNC_DATABASE_URL", "postgresql://u:p@w:hunter2@127.0.0.1/db")
    with pytest.raises(BadSettings, match="%XX") as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_the_database_url_is_in_no_repr() -> None:
    assert "hunter2" not in repr(Settings(database_url="postgresql://u:hunter2@db/x"))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ODOOSYNC_REVEAL_SECRET", "ODOOSYNC_REVEAL_SECRETS"),
        ("ODOOSYNC_DATADIR", "ODOOSYNC_DATA_DIR"),
        ("odoosync_log_levl", "ODOOSYNC_LOG_LEVEL"),
        ("ODOOSYNC_DB_URL", "ODOOSYNC_DATABASE_URL"),
    ],
)
def test_a_misspelt_setting_is_refused_with_the_one_that_is_meant(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "hunter2-hunter2")
    with pytest.raises(BadSettings) as caught:
        load_settings()
    assert name in str(caught.value)
    assert f"Did you mean '{meant}'?" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("ODOOSYNC_DELETION_GUARD", "ODOOSYNC_DELETION_GUARD_ROWS"),
        ("ODOOSYNC_ENVIRONMENT", "GraphiQL"),
        ("ODOOSYNC_TOTAL_CONCURRENCY", "ODOOSYNC_WORKER_CONCURRENCY"),
    ],
)
def test_a_setting_that_is_gone_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, name: str, instead: str
) -> None:
    monkeypatch.setenv(name, "on")
    with pytest.raises(BadSettings, match=f"There is no setting '{name}' any more.*{instead}"):
        load_settings()


def test_a_variable_like_no_setting_is_named_and_ignored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("ODOOSYNC_SERVICE_HOST", "ODOOSYNC_PORT", "ODOOSYNC_PORT_8000_TCP_ADDR"):
        monkeypatch.setenv(name, "tcp://10.0.0.1:8000")
    load_settings()
    told = capsys.readouterr().err
    assert "ODOOSYNC_PORT, ODOOSYNC_PORT_8000_TCP_ADDR, ODOOSYNC_SERVICE_HOST" in told


def test_names_of_tests_are_no_misspelt_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ODOOSYNC_TEST_POSTGRES_URL", "postgresql://")
    load_settings()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_key_ring_is_an_error_and_not_a_wish_for_new_keys(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("ODOOSYNC_SECRET_KEYS", text)
    with pytest.raises(BadSettings, match=r"ODOOSYNC_SECRET_KEYS: .*it is empty"):
        load_settings()


@pytest.mark.parametrize("proxies", ["proxy", "*", "10.0.0.1/8", "10.0.0.1, nobody"])
def test_a_proxy_that_would_never_be_recognised_is_an_error(
    monkeypatch: pytest.MonkeyPatch, proxies: str
) -> None:
    monkeypatch.setenv("ODOOSYNC_TRUSTED_PROXIES", proxies)
    with pytest.raises(BadSettings, match="ODOOSYNC_TRUSTED_PROXIES"):
        load_settings()


@pytest.mark.parametrize(
    "url",
    [
        "sync.example.com",
        "ftp://sync.example.com",
        "https://",
        "https://user:hunter2@sync.example.com",
        "https://sync.example.com/?a=b",
        "https://sync.example.com/#a",
        "https://sync.example.com:port",
        "https://sync.example.com/a b",
        "https://sync.example.com/\r\nBcc: x",
    ],
)
def test_what_no_link_can_begin_with_is_no_public_url(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("ODOOSYNC_PUBLIC_URL", url)
    with pytest.raises(BadSettings, match="ODOOSYNC_PUBLIC_URL") as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://sync.example.com:8443/odoosync/", "https://sync.example.com:8443/odoosync"),
        ("", None),
    ],
)
def test_a_public_url_is_kept_without_a_slash_at_its_end(
    monkeypatch: pytest.MonkeyPatch, given: str, meant: str | None
) -> None:
    monkeypatch.setenv("ODOOSYNC_PUBLIC_URL", given)
    assert load_settings().public_url == meant
