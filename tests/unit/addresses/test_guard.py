from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoosync.addresses.guard import AddressGuard
from odoosync.addresses.kinds import translated
from odoosync.addresses.origin import Origin
from odoosync.errors import InvalidInput

SETTING = "ODOOSYNC_ALLOWED_HOSTS"

ODOO = Origin("https", "odoo.example", 443)
PUBLIC = ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450::1"]
PRIVATE = [
    "127.0.0.1",
    "127.9.9.9",
    "::1",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "fd12:3456::1",
    "fc00::1",
]
STRICT = [
    "169.254.169.254",
    "169.254.1.1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "0.0.0.0",
    "0.1.2.3",
    "::",
    "224.0.0.1",
    "ff02::1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.7",
    "2001:db8::1",
    "fec0::1",
]
BAD_ENTRIES = [
    "http://odoo:8069",
    "odoo:0",
    "odoo:65536",
    "odoo:",
    "odoo:8069:8070",
    "odoo:80-90",
    "[odoo]:8069",
    "[::1",
    "[::1]:x",
    "[::1]8069",
    "10.0.0.0/33",
    "10.0.0.0/8/8",
    "a b",
    "*",
    "*:8069",
    ":8069",
]
TUNNELLED = [
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:93.184.216.34",
    "::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:a00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "::ffff:0:10.0.0.1",
]


def allowed(guard: AddressGuard, address: str, origin: Origin = ODOO) -> bool:
    return guard.verdict(origin, address).allowed


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert allowed(AddressGuard(SETTING), address)


@pytest.mark.parametrize("address", PRIVATE + STRICT + TUNNELLED)
def test_all_other_addresses_are_refused_by_default(address: str) -> None:
    assert not allowed(AddressGuard(SETTING), address)


@pytest.mark.parametrize("address", [*PRIVATE, "::ffff:10.0.0.1", "::ffff:127.0.0.1"])
def test_an_allowed_name_may_lead_to_a_private_address(address: str) -> None:
    assert allowed(AddressGuard.of(SETTING, ["odoo.example"]), address)


@pytest.mark.parametrize("address", STRICT)
def test_an_allowed_name_may_lead_nowhere_else(address: str) -> None:
    assert not allowed(AddressGuard.of(SETTING, ["odoo.example"], ODOO), address)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_allowed_name_opens_nothing_for_another(address: str) -> None:
    assert not allowed(AddressGuard.of(SETTING, ["other.example"]), address)


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.1.2.3", "10.1.2.3"),
        ("fd00::/8", "fd12::1"),
        ("10.0.0.0/8", "::ffff:10.1.2.3"),
        ("::ffff:0:0/96", "::ffff:93.184.216.34"),
        ("64:ff9b::/96", "64:ff9b::5db8:d822"),
        ("169.254.0.0/16", "169.254.1.1"),
        ("169.254.169.254", "169.254.169.254"),
        ("fe80::/10", "fe80::1%eth0"),
        ("fd00:ec2::254/128", "fd00:ec2::254"),
        ("100.100.100.200/32", "100.100.100.200"),
        ("[::1]", "::1"),
    ],
)
def test_an_allowed_network_opens_its_addresses(entry: str, address: str) -> None:
    assert allowed(AddressGuard.of(SETTING, [entry]), address)


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("10.0.0.0/8", "192.168.0.1"),
        ("0.0.0.0/0", "169.254.169.254"),
        ("0.0.0.0/0", "169.254.1.1"),
        ("::/0", "fe80::1"),
        ("fd00::/8", "fd00:ec2::254"),
        ("100.64.0.0/10", "100.100.100.200"),
        ("0.0.0.0/0", "::ffff:169.254.169.254"),
    ],
)
def test_a_wide_network_does_not_open_what_needs_its_own(entry: str, address: str) -> None:
    assert not allowed(AddressGuard.of(SETTING, [entry]), address)


@pytest.mark.parametrize(
    ("entry", "address", "ports"),
    [
        ("odoo.example", "10.0.0.1", {80, 443, 8069}),
        ("odoo.example:8070", "10.0.0.1", {8070}),
        ("odoo.example:*", "10.0.0.1", {22, 80, 443, 6379, 8069, 8070}),
        ("10.0.0.1", "10.0.0.1", {80, 443, 8069}),
        ("10.0.0.0/8:6379", "10.0.0.1", {6379}),
        ("10.0.0.0/8:6379", "::ffff:10.0.0.1", {6379}),
        ("10.0.0.1:*", "10.0.0.1", {22, 80, 443, 6379, 8069, 8070}),
        ("::1", "::1", {80, 443, 8069}),
        ("fd00::/8", "fd12::1", {80, 443, 8069}),
        ("[::1]", "::1", {80, 443, 8069}),
        ("[::1]:22", "::1", {22}),
        ("[fd00::/8]:22", "fd12::1", {22}),
        ("[fd00::]/8:22", "fd12::1", {22}),
        ("169.254.169.254:80", "169.254.169.254", {80}),
    ],
)
def test_an_entry_opens_its_ports_and_no_others(entry: str, address: str, ports: set[int]) -> None:
    guard = AddressGuard.of(SETTING, [entry])
    tried = [22, 80, 443, 6379, 8069, 8070]
    opened = {port for port in tried if allowed(guard, address, Origin("http", ODOO.host, port))}
    assert opened == ports


def test_one_name_may_have_several_ports() -> None:
    guard = AddressGuard.of(SETTING, ["odoo.example:8070", "odoo.example:8071"])
    assert allowed(guard, "10.0.0.1", Origin("http", "odoo.example", 8071))


@pytest.mark.parametrize(
    ("length", "address"),
    [
        (32, "2001:db8:c000:221::"),
        (40, "2001:db8:1c0:2:21::"),
        (48, "2001:db8:122:c000:2:2100::"),
        (56, "2001:db8:122:3c0:0:221::"),
        (64, "2001:db8:122:344:c0:2:2100::"),
        (96, "2001:db8:122:344::192.0.2.33"),
    ],
)
def test_nat64_is_read_by_the_length_of_its_prefix(length: int, address: str) -> None:
    """The examples are those of RFC 6052, section 2.4."""
    assert translated(IPv6Address(address), length) == IPv4Address("192.0.2.33")


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b:1:a9fe:a9:fe00::",
        "64:ff9b:1:a9fe:a9:fe00:7f00:1",
        "64:ff9b:1:0:a9:fea9:fe00::",
        "64:ff9b:1:a00::169.254.169.254",
    ],
)
def test_no_reading_of_a_sites_nat64_leads_to_metadata(address: str) -> None:
    guard = AddressGuard.of(SETTING, ["odoo.example:*", "10.0.0.0/8:*", "127.0.0.0/8:*"])
    assert not allowed(guard, address)


def test_a_sites_nat64_leads_to_what_its_own_length_says() -> None:
    guard = AddressGuard.of(SETTING, ["10.0.0.1"])
    assert allowed(guard, "64:ff9b:1:a00:0:100::")
    assert not allowed(guard, "64:ff9b:1::10.0.0.1")


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (Origin("http", "localhost", 8069), True),
        (Origin("https", "localhost", 8069), False),
        (Origin("http", "localhost", 6379), False),
        (Origin("http", "127.0.0.1", 8069), False),
    ],
)
def test_the_default_origin_is_allowed_and_no_other_port(origin: Origin, expected: bool) -> None:  # noqa: FBT001
    guard = AddressGuard.of(SETTING, [], Origin("http", "localhost", 8069))
    assert allowed(guard, "127.0.0.1", origin) is expected


@pytest.mark.parametrize("address", PRIVATE + STRICT + TUNNELLED)
def test_a_refusal_names_the_setting(address: str) -> None:
    assert SETTING in AddressGuard(SETTING).verdict(ODOO, address).reason


@pytest.mark.parametrize("scheme", ["ftp", "file", "gopher", ""])
def test_other_schemes_are_refused(scheme: str) -> None:
    assert not allowed(AddressGuard(SETTING), "1.1.1.1", Origin(scheme, "odoo.example", 21))


@pytest.mark.parametrize("entry", BAD_ENTRIES)
def test_an_entry_that_is_no_host_is_refused_at_start(entry: str) -> None:
    with pytest.raises(InvalidInput, match=SETTING):
        AddressGuard.of(SETTING, [entry])


def test_what_is_no_address_is_refused() -> None:
    assert not allowed(AddressGuard.of(SETTING, ["odoo.example"]), "/var/run/docker.sock")


@given(st.ip_addresses(v=4))
def test_mapping_an_address_into_ipv6_never_opens_it(address: object) -> None:
    assert not allowed(AddressGuard(SETTING), f"::ffff:{address}")


@given(st.ip_addresses())
def test_allowing_a_name_opens_nothing_that_is_not_asked_for(address: object) -> None:
    strict, named = AddressGuard(SETTING), AddressGuard.of(SETTING, ["other.example"])
    assert allowed(strict, str(address)) == allowed(named, str(address))
