"""The files of deploy/ are held to the code: no container engine is needed for that."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from odoosync.cli.main import app_with
from odoosync.settings import Settings

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
TEXT = (DEPLOY / "compose.yaml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"] == "odoosync"}
PINNED = re.compile(r"[a-z]+:[\d.]+(-slim)?@sha256:[0-9a-f]{64}")
LASTING = [name for name, one in OURS.items() if one["restart"] != "no"]


def strangers(words: list[str]) -> set[str]:
    """Return the options of a command line that the program does not have."""
    command: Any = typer.main.get_command(app_with())
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    return {word for word in words if word.startswith("-")} - known


@pytest.mark.parametrize("name", OURS)
def test_each_command_exists_with_its_options(name: str) -> None:
    assert strangers(OURS[name]["command"]) == set()


def test_an_option_that_is_not_there_would_be_noticed() -> None:
    assert strangers(["worker", "--threads", "4"]) == {"--threads"}


@pytest.mark.parametrize("file", ["compose.yaml", "Dockerfile", "proxy/haproxy.cfg"])
def test_each_setting_exists(file: str) -> None:
    named = set(re.findall(r"ODOOSYNC_[A-Z_]*[A-Z]", (DEPLOY / file).read_text()))
    assert named
    assert named <= {f"ODOOSYNC_{name.upper()}" for name in Settings.model_fields}


def test_what_has_no_default_is_demanded_and_explained() -> None:
    wanted = set(re.findall(r"\$\{([A-Z_]+)([:}]..)?", TEXT))
    assert {how for _, how in wanted} <= {":?l", ":?t", ":-i", ":?a", ":-1", ":-}"}
    example = (DEPLOY / ".env.example").read_text()
    for name, _ in wanted - {("LOG_LEVEL", ":-i")}:
        assert f"\n{name}=" in example, name


@pytest.mark.parametrize("name", LASTING)
def test_all_that_lasts_waits_for_the_migrations(name: str) -> None:
    wanted = {"condition": "service_completed_successfully"}
    assert OURS[name]["depends_on"]["migrate"] == wanted


def test_migrations_are_a_job_and_wait_for_the_database() -> None:
    job = SERVICES["migrate"]
    assert (job["command"], job["restart"]) == (["db", "upgrade"], "no")
    assert job["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_the_proxy_sends_requests_to_the_apis_and_asks_them_whether_they_are_ready() -> None:
    text = (DEPLOY / "proxy" / "haproxy.cfg").read_text()
    apis = {name for name, one in OURS.items() if one["command"][0] == "serve"}
    assert len(apis) == 2
    assert set(re.findall(r"^ +server (\S+) \1:8000$", text, re.MULTILINE)) == apis
    assert "httpchk GET /readyz" in text
    assert all("/readyz" in SERVICES[name]["healthcheck"]["test"][-1] for name in apis)


def test_an_api_leaves_the_syncs_to_the_workers() -> None:
    assert {"--no-worker" in OURS[name]["command"] for name in ("api-1", "api-2")} == {True}
    assert OURS["worker"]["deploy"]["replicas"] > 1


def test_the_image_is_locked_and_does_not_run_as_root() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    assert "--require-hashes -r requirements/service.lock" in text
    assert re.search(r"^USER odoosync$", text, re.MULTILINE)
    assert not re.search(r"https?://", text)


def test_what_the_image_is_made_of_is_there_and_not_left_out() -> None:
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE
    )
    let_in = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    for name in " ".join(copied).split():
        assert (ROOT / name).exists(), name
        assert f"!{name}" in let_in, name


def test_files_that_are_mounted_are_there() -> None:
    for one in SERVICES.values():
        for mount in one.get("volumes", []):
            source = mount.split(":")[0]
            assert not source.startswith(".") or (DEPLOY / source).is_file(), source


def test_migrations_get_no_keys() -> None:
    assert set(SERVICES["migrate"]["environment"]) == {"ODOOSYNC_DATABASE_URL"}


@pytest.mark.parametrize("name", OURS)
def test_each_of_ours_is_bounded_and_has_no_capabilities(name: str) -> None:
    one = OURS[name]
    assert (one["cap_drop"], bool(one["mem_limit"]), bool(one["pids_limit"])) == (
        ["ALL"],
        True,
        True,
    )


@pytest.mark.parametrize("path", ["odoosync-data/secret_keys", "deploy/.env"])
def test_what_holds_secrets_is_ignored_by_git(path: str) -> None:
    lines = (ROOT / ".gitignore").read_text().splitlines()
    assert any(f"/{path}".startswith(line.rstrip("/")) for line in lines if line.startswith("/"))


def test_only_the_proxy_is_trusted_to_speak_for_callers() -> None:
    address = SERVICES["proxy"]["networks"]["inside"]["ipv4_address"]
    for name in ("api-1", "api-2"):
        assert OURS[name]["environment"]["ODOOSYNC_TRUSTED_PROXIES"] == address
    (plan,) = yaml.safe_load(TEXT)["networks"]["inside"]["ipam"]["config"]
    assert ip_address(address) in ip_network(plan["subnet"])
    assert ip_address(address) not in ip_network(plan["ip_range"])  # no other gets it first


def test_the_proxy_sets_the_callers_address_anew() -> None:
    proxy = (DEPLOY / "proxy" / "haproxy.cfg").read_text()
    assert "http-request set-header X-Forwarded-For %[src]" in proxy
    assert "forwardfor" not in proxy


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_has_no_powers_and_writes_only_where_it_is_said(name: str) -> None:
    one = SERVICES[name]
    assert (one["cap_drop"], one.get("cap_add")) == (["ALL"], None)
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["read_only"] is True
    assert not one.get("privileged")


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_is_bounded_in_memory_and_processes(name: str) -> None:
    one = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", one["mem_limit"])
    assert 0 < one["pids_limit"] <= 1024


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in OURS])
def test_an_image_of_others_is_pinned_by_digest_and_does_not_start_as_root(name: str) -> None:
    one = SERVICES[name]
    assert PINNED.fullmatch(one["image"])
    assert one["user"] not in {"root", "0", 0}


def test_the_image_is_made_of_one_that_is_pinned_by_digest() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    named = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", text, re.MULTILINE)
    stages = {name for _, name in named}
    assert len(named) == len(re.findall(r"^FROM ", text, re.MULTILINE))
    assert all(PINNED.fullmatch(image) or image in stages for image, _ in named)


def test_what_the_database_writes_beside_its_volume_is_in_memory() -> None:
    places = {one.split(":")[0] for one in SERVICES["postgres"]["tmpfs"]}
    assert places == {"/tmp", "/var/run/postgresql"}


def test_the_proxy_opens_no_more_than_it_may() -> None:
    proxy = (DEPLOY / "proxy" / "haproxy.cfg").read_text()
    (most,) = re.findall(r"^ +maxconn (\d+)", proxy, re.MULTILINE)
    each = 2  # one to the caller, one to an API
    assert each * int(most) < SERVICES["proxy"]["ulimits"]["nofile"]
