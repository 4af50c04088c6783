from __future__ import annotations

import pytest

from odoosync.addresses.origin import Origin
from odoosync.errors import InvalidInput
from odoosync.odoo.url import origin_of, parse_odoo_url

SPELLINGS = {
    "https://example.odoo.com": "https://example.odoo.com",
    "  https://Example.ODOO.com/ ": "https://example.odoo.com",
    "HTTPS://example.odoo.com:443": "https://example.odoo.com",
    "http://example.com:80/": "http://example.com",
    "http://localhost:8069": "http://localhost:8069",
    "https://example.com/web": "https://example.com",
    "https://example.com/web/login?redirect=%2Fodoo": "https://example.com",
    "https://example.com/web#action=12&model=res.partner": "https://example.com",
    "https://example.com/odoo": "https://example.com",
    "https://example.com/odoo/contacts/7": "https://example.com",
    "https://example.com/erp/": "https://example.com/erp",
    "https://example.com/erp/web/login": "https://example.com/erp",
    "https://example.com./": "https://example.com",
    "https://bücher.example": "https://xn--bcher-kva.example",
    "http://odoo_web:8069": "http://odoo_web:8069",
    "http://10.1.2.3:8069": "http://10.1.2.3:8069",
    "http://[::1]:8069/": "http://[::1]:8069",
    "http://[2001:DB8:0:0::1]": "http://[2001:db8::1]",
}
MALFORMED = [
    "",
    "   ",
    "example.odoo.com",
    "localhost:8069",
    "//example.com",
    "ftp://example.com",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://",
    "https:///web",
    "https://user@example.com",
    "https://user:word@example.com",
    "https://@example.com",
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


@pytest.mark.parametrize(("text", "expected"), SPELLINGS.items())
def test_equal_addresses_get_one_spelling(text: str, expected: str) -> None:
    assert str(parse_odoo_url(text)) == expected


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_address_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"^The Odoo URL .*\.$") as caught:
        parse_odoo_url(text)
    assert caught.value.code == "invalid_odoo_url"


@pytest.mark.parametrize("text", SPELLINGS)
def test_the_spelling_is_stable(text: str) -> None:
    url = parse_odoo_url(text)
    assert parse_odoo_url(str(url)) == url


def test_a_refusal_does_not_repeat_a_password() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_odoo_url("https://user:hunter2@example.com")
    assert "hunter2" not in str(caught.value)


def test_the_path_prefix_stands_before_each_call() -> None:
    assert parse_odoo_url("https://example.com/erp").join("/jsonrpc") == (
        "https://example.com/erp/jsonrpc"
    )


def test_an_origin_without_a_host_is_none() -> None:
    assert origin_of("/web/login") is None
    assert origin_of("https://example.com/a%20b") is None
    assert origin_of("https://example.com/web") == Origin("https", "example.com", 443)
