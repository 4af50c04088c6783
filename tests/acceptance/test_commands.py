"""Commands as a person runs them, beside a running service."""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from odoo_sandbox import SandboxServer, World
from sandbox_logins import admin_of
from service import COMMAND, PASSWORD, PROFILE, Caller, Service
from waiting import PATIENCE_S


@pytest.fixture
def env_file(tmp_path: Path, odoo: SandboxServer) -> Path:
    path = tmp_path / "old.env"
    path.write_text(
        f"ODOO_URL={admin_of(odoo)['odoo_url']}\nODOO_DB=odoo_db\nODOO_USERNAME=admin\nODOO_PASSWORD=admin\n"
    )
    return path


def migrate(service: Service, caller: Caller, env_file: Path) -> tuple[int, str]:
    arguments = ("migrate-env", "--user", caller.username, "--env-file", str(env_file))
    ran = service.run(*arguments)
    return ran.returncode, ran.stdout + ran.stderr


def test_migrate_env_stores_what_works_and_says_what_to_remove(
    service: Service, caller: Caller, env_file: Path, odoo: SandboxServer
) -> None:
    code, said = migrate(service, caller, env_file)
    assert (code, "Remove ODOO_URL, ODOO_DB, ODOO_USERNAME, ODOO_PASSWORD" in said) == (0, True)
    assert caller.get(PROFILE) == admin_of(odoo)


def test_a_second_migrate_env_changes_nothing(
    service: Service, caller: Caller, env_file: Path
) -> None:
    migrate(service, caller, env_file)
    before = caller.get("/api/v1/connections")
    code, said = migrate(service, caller, env_file)
    assert (code, "Nothing was changed" in said) == (0, True)
    assert caller.get("/api/v1/connections") == before


def test_migrate_env_with_a_wrong_password_stores_nothing(
    service: Service, caller: Caller, env_file: Path
) -> None:
    env_file.write_text(env_file.read_text().replace("PASSWORD=admin", "PASSWORD=wrong"))
    code, said = migrate(service, caller, env_file)
    assert (code, "Invalid Odoo credentials" in said, "Traceback" in said) == (1, True, False)
    assert caller.http.get(PROFILE).status_code == 404


def test_a_backup_restores_what_was_there(
    service: Service, connected: Caller, tmp_path: Path
) -> None:
    file, caller = tmp_path / "backup", connected
    saved = service.run("backup", str(file))
    if service.database_url.startswith("postgres"):
        assert (saved.returncode, "pg_dump" in saved.stderr) == (1, True)
        return
    assert saved.returncode == 0, saved.stderr
    caller.ok(caller.http.delete(PROFILE))
    assert service.run("restore", str(file), "--yes").returncode == 0
    assert caller.http.get(PROFILE).json()["code"] == "session_ended"
    with service.again(caller.username) as caller:
        assert caller.get(PROFILE)["odoo_password"] == "admin"


def test_restore_refuses_what_is_no_backup(sqlite_only: Service, tmp_path: Path) -> None:
    file = tmp_path / "nonsense"
    file.write_text("no database at all")
    ran = sqlite_only.run("restore", str(file))
    assert (ran.returncode, "not a backup" in ran.stderr) == (1, True)


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_restore_asks_on_a_terminal(
    sqlite_only: Service, tmp_path: Path, answer: str, code: int
) -> None:
    sqlite_only.run("user", "create", "anna", "--password-stdin", stdin=PASSWORD)
    file = tmp_path / "backup"
    sqlite_only.run("backup", str(file))
    sqlite_only.run("user", "delete", "anna", "--yes")
    ran = on_a_terminal(sqlite_only, ("restore", str(file)), answer)
    assert (ran.returncode, "What was stored since is lost" in ran.stdout) == (code, True)
    assert ("anna" in sqlite_only.run("user", "list").stdout) == (answer == "y")


def on_a_terminal(
    service: Service, words: tuple[str, ...], answer: str
) -> subprocess.CompletedProcess[str]:
    """Run a command whose input is a terminal that somebody types at."""
    typing, terminal = os.openpty()
    os.write(typing, f"{answer}\n".encode())
    try:
        return subprocess.run(
            [*COMMAND, *words],
            env=service.environment,
            stdin=terminal,
            text=True,
            capture_output=True,
            check=False,
            timeout=PATIENCE_S,
        )
    finally:
        os.close(terminal)
        os.close(typing)


def test_restore_without_a_yes_changes_nothing(sqlite_only: Service, tmp_path: Path) -> None:
    sqlite_only.run("user", "create", "anna", "--password-stdin", stdin=PASSWORD)
    file = tmp_path / "backup"
    sqlite_only.run("backup", str(file))
    sqlite_only.run("user", "delete", "anna", "--yes")
    ran = sqlite_only.run("restore", str(file))
    assert (ran.returncode, "use --yes" in ran.stderr) == (1, True)
    assert "anna" not in sqlite_only.run("user", "list").stdout


def test_a_backup_to_where_nothing_can_be_written_is_refused_in_a_line(
    sqlite_only: Service, tmp_path: Path
) -> None:
    sqlite_only.run("db", "upgrade")
    ran = sqlite_only.run("backup", str(tmp_path / "nowhere" / "backup"))
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "cannot be written" in ran.stderr


def test_a_second_serve_on_the_same_port_is_refused_in_a_line(
    service: Service, sqlite_only: Service
) -> None:
    ran = sqlite_only.run("serve", "--port", str(service.port))
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "Choose another --host or --port." in ran.stderr


@pytest.mark.dialect
def test_doctor_finds_a_running_service_sound(service: Service, caller: Caller) -> None:
    del caller
    ran = service.run("doctor")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "WRONG" not in ran.stdout


def test_clocks_that_differ_are_told_wherever_a_run_is_and_by_doctor(
    service: Service, connected: Caller, world: World
) -> None:
    world.proxy_ahead = timedelta(minutes=10)
    run = connected.post("/api/v1/contacts/sync", {})["run"]
    runs = connected.graphql("{ sync_runs { items { note } } }")["sync_runs"]["items"]
    listed = service.run("runs", "--user", connected.username).stdout
    examined = service.run("doctor")
    for told in (run["note"], runs[0]["note"], listed, examined.stdout):
        assert "10 minutes ahead of ours" in told
    assert examined.returncode == 0


def test_a_disabled_user_is_out_at_once(service: Service, caller: Caller) -> None:
    assert service.run("user", "disable", caller.username).returncode == 0
    assert caller.http.get("/api/v1/me").status_code == 401


@pytest.mark.dialect
def test_deleting_a_user_deletes_everything_of_theirs(service: Service, connected: Caller) -> None:
    caller = connected
    caller.post("/api/v1/contacts/sync", {})
    assert service.run("user", "delete", caller.username, "--yes").returncode == 0
    form = {"username": caller.username, "password": PASSWORD}
    assert caller.http.post("/api/v1/auth/token", data=form).status_code == 401


def test_the_demos_end_lists_no_address_of_a_server_that_has_ended(sqlite_only: Service) -> None:
    ran = sqlite_only.run("demo", "--once", "--contacts", "20", "--products", "10")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    end = ran.stdout[ran.stdout.index("changed") :]
    assert ("That was the tour" in end, "http" in end, "password" in end) == (True, False, False)


@pytest.fixture
def sqlite_only(tmp_path: Path, sqlite_url: str) -> Service:
    return Service(tmp_path, sqlite_url)
