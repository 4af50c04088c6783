from __future__ import annotations

import pytest

from odoosync.addresses.origin import Origin
from odoosync.errors import InvalidInput
from odoosync.odoo.url import candidate_urls, origin_of, parse_odoo_url

AT_THE_ROOT = {
    "https://example.odoo.com": "https://example.odoo.com",
    "  https://Example.ODOO.com/ ": "https://example.odoo.com",
    "\ufeffhttps://example.com\u200b\r\n": "https://example.com",
    "HTTPS://example.odoo.com:443": "https://example.odoo.com",
    "http://example.com:80/": "http://example.com",
    "http://localhost:8069": "http://localhost:8069",
    "https://example.com/?db=prod": "https://example.com",
    "https://example.com?db=prod": "https://example.com",
    "https://example.com#home": "https://example.com",
    "https://example.com/jsonrpc": "https://example.com",
    "https://example.com/jsonrpc/": "https://example.com",
    "https://example.com/xmlrpc": "https://example.com",
    "https://example.com/xmlrpc/2/object": "https://example.com",
    "https://example.com/xmlrpc/2/common": "https://example.com",
    "https://example.com/json/2": "https://example.com",
    "https://example.com/json/2/res.partner/search_read": "https://example.com",
    "https://example.com/json/1/contacts": "https://example.com",
    "https://example.com/web": "https://example.com",
    "https://example.com//web//login": "https://example.com",
    "https://example.com/web/login?redirect=%2Fodoo": "https://example.com",
    "https://example.com/web?db=prod#action=12&model=res.partner": "https://example.com",
    "https://example.com/web#action=12&domain=[('a', '=', 1)]": "https://example.com",
    "https://example.com/web#" + "x" * 600: "https://example.com",
    "https://example.com/web/database/selector": "https://example.com",
    "https://example.com/web/content/a%20b": "https://example.com",
    "https://example.odoo.com/odoo/contacts/7": "https://example.odoo.com",
    "https://example.com./": "https://example.com",
    "example.odoo.com": "https://example.odoo.com",
    "example.com/web": "https://example.com",
    "//example.com": "https://example.com",
    "8.8.8.8:8069": "https://8.8.8.8:8069",
    "https://bücher.example": "https://xn--bcher-kva.example",
    "http://odoo_web:8069": "http://odoo_web:8069",
    "http://10.1.2.3:8069": "http://10.1.2.3:8069",
    "http://[::1]:8069/": "http://[::1]:8069",
    "http://[2001:DB8:0:0::1]": "http://[2001:db8::1]",
}
BELOW_A_PATH = {
    "https://example.com/odoo": ["/odoo", ""],
    "https://example.com/odoo/": ["/odoo", ""],
    "https://example.com/odoo/contacts": ["/odoo/contacts", "/odoo", ""],
    "https://example.com/odoo/action-1/5/6": ["/odoo/action-1/5", "/odoo/action-1", "/odoo", ""],
    "https://example.com/odoo/web/login": ["/odoo", ""],
    "https://example.com/erp//": ["/erp", ""],
    "https://example.com/erp/web/login": ["/erp", ""],
    "https://example.com/erp/jsonrpc": ["/erp", ""],
    "https://example.com/shop/a%20b": ["/shop", ""],
    "https://example.com/en_US/web/login": ["", "/en_US"],
    "https://example.com/fr/shop": ["/fr/shop", "", "/fr"],
    "https://example.com/es_419": ["", "/es_419"],
    "https://example.com/sr@latin/web": [""],
    "https://example.com/erp/fr_FR/web/login": ["/erp", "", "/erp/fr_FR"],
}
LOCAL = ["localhost:8069", "odoo:8069", "10.0.0.5:8069", "[::1]:8069", "nas.local", "erp.lan"]
MALFORMED = [
    "",
    "   ",
    "ftp://example.com",
    "file:///etc/passwd",
    "file:/etc/passwd",
    "javascript:alert(1)",
    "http:example.com",
    "https//example.com",
    "https://",
    "https:///web",
    "https://user@example.com",
    "https://user:word@example.com",
    "https://@example.com",
    "user@example.com",
    "https://example.com:0",
    "https://example.com:99999",
    "https://example.com:port",
    "https://exa mple.com",
    "https://example.com\\@evil.example",
    "https://exa\r\nmple.com",
    "https://-example.com",
    "https://exa..mple.com",
    "http://2130706433",
    "http://127.1",
    "http://0x7f.1",
    "http://0177.0.0.1",
    "http://1.2.3.4.5",
    "http://[::1",
    "http://[fe80::1%25eth0]",
    "https://example.com/a/../b c",
    "https://" + "a" * 500 + ".example",
    "https://" + ".".join(["a" * 60] * 5),
    "https://\ud800.example",
]


@pytest.mark.parametrize(("text", "expected"), AT_THE_ROOT.items())
def test_what_people_have_is_read_as_one_address(text: str, expected: str) -> None:
    assert [str(url) for url in candidate_urls(text)] == [expected]


@pytest.mark.parametrize(("text", "paths"), BELOW_A_PATH.items())
def test_what_the_server_must_be_asked_is_left_open(text: str, paths: list[str]) -> None:
    assert [url.path for url in candidate_urls(text)] == paths


@pytest.mark.parametrize("text", LOCAL)
def test_in_the_house_a_missing_scheme_may_be_http(text: str) -> None:
    assert [url.origin.scheme for url in candidate_urls(text)] == ["https", "http"]


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_address_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"^The Odoo URL .*\.$") as caught:
        candidate_urls(text)
    assert caught.value.code == "invalid_odoo_url"


@pytest.mark.parametrize("text", [*AT_THE_ROOT, *BELOW_A_PATH])
def test_a_stored_address_is_taken_as_it_is(text: str) -> None:
    for url in candidate_urls(text):
        assert parse_odoo_url(str(url)) == url


def test_a_refusal_does_not_repeat_a_password() -> None:
    with pytest.raises(InvalidInput) as caught:
        candidate_urls("https://user:hunter2@example.com")
    assert "hunter2" not in str(caught.value)


def test_the_path_prefix_stands_before_each_call() -> None:
    assert parse_odoo_url("https://example.com/erp").join("/jsonrpc") == (
        "https://example.com/erp/jsonrpc"
    )


def test_an_origin_without_a_host_is_none() -> None:
    assert origin_of("/web/login") is None
    assert origin_of("https://example.com/a%20b") == Origin("https", "example.com", 443)
