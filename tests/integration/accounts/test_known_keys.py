"""No process begins, or goes on, without the keys that its database needs."""

from __future__ import annotations

from pathlib import Path

import pytest
import uvicorn

from commands import Run, command
from copies import connect
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.known_keys import (
    KeysMissing,
    begin_with_keys,
    check_keys,
    forget_key,
    keys_in_use,
    missing_keys,
)
from odoosync.connections import store
from odoosync.crypto import CannotOpen, KeyRing, KeySource, NoKeys, new_key_ring
from odoosync.db import Database
from people import NOW

__all__ = ["command"]
pytestmark = pytest.mark.dialect


async def begin(database: Database, folder: Path, *, makes: bool = True) -> KeyRing:
    return await begin_with_keys(database, KeySource(None, folder), NOW, makes=makes)


def configured(*rings: KeyRing) -> KeySource:
    text = ",".join(ring.to_text() for ring in rings)
    return KeySource(text, Path("nowhere"))


async def test_a_fresh_installation_makes_its_keys_once(database: Database, tmp_path: Path) -> None:
    first = await begin(database, tmp_path / "one")
    assert await begin(database, tmp_path / "one") == first


async def test_a_second_machine_makes_no_keys_of_its_own(
    database: Database, tmp_path: Path
) -> None:
    ring = await begin(database, tmp_path / "one")
    with pytest.raises(KeysMissing, match=f"no keys in {tmp_path / 'two'}.*{ring.current}"):
        await begin(database, tmp_path / "two")
    assert not (tmp_path / "two").exists()


async def test_keys_that_sealed_something_before_they_were_known_are_needed(
    database: Database, key_ring: KeyRing, anna: User, tmp_path: Path
) -> None:
    await connect(database, key_ring, anna.tenant_id)
    with pytest.raises(KeysMissing, match=key_ring.current):
        await begin(database, tmp_path)
    with pytest.raises(NoKeys):
        KeySource(None, tmp_path).load()


async def test_a_ring_without_a_key_that_sealed_something_is_refused(
    database: Database, key_ring: KeyRing, anna: User
) -> None:
    await connect(database, key_ring, anna.tenant_id)
    other = new_key_ring()
    with pytest.raises(KeysMissing, match=f"{key_ring.current}, which are not in ODOOSYNC_SECRET"):
        await begin_with_keys(database, configured(other), NOW, makes=True)
    both = configured(other, key_ring)
    assert (await begin_with_keys(database, both, NOW, makes=True)).current == other.current


async def test_another_key_of_the_same_id_is_refused(database: Database) -> None:
    await begin_with_keys(database, configured(new_key_ring("k1")), NOW, makes=True)
    with pytest.raises(KeysMissing, match="another key under the id k1"):
        await begin_with_keys(database, configured(new_key_ring("k1")), NOW, makes=True)


async def test_other_keys_are_refused_before_anything_is_sealed(database: Database) -> None:
    await begin_with_keys(database, configured(new_key_ring("k1")), NOW, makes=True)
    with pytest.raises(KeysMissing, match="belongs to the keys k1"):
        await begin_with_keys(database, configured(new_key_ring("k2")), NOW, makes=True)


async def test_a_look_leaves_no_trace(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NoKeys):
        await check_keys(database, KeySource(None, tmp_path / "one"))
    await check_keys(database, configured(new_key_ring("k1")))
    await begin_with_keys(database, configured(new_key_ring("k2")), NOW, makes=True)
    assert not (tmp_path / "one").exists()


async def test_a_key_that_is_given_up_is_needed_no_more_and_what_it_sealed_says_so(
    database: Database, key_ring: KeyRing, anna: User, tmp_path: Path
) -> None:
    made = await connect(database, key_ring, anna.tenant_id)
    async with database.system() as tx:
        assert await forget_key(tx, key_ring.current) == 1
    ring = await begin(database, tmp_path)
    async with database.tenant(anna.tenant_id, write=False) as tx:
        with pytest.raises(CannotOpen, match="was lost"):
            await store.secret_of(tx, ring, await store.get(tx, made))


async def test_keys_that_are_missing_while_serving_are_told(
    database: Database, key_ring: KeyRing, anna: User
) -> None:
    other = new_key_ring()
    assert await missing_keys(database, other) == []
    await connect(database, key_ring, anna.tenant_id)
    assert await missing_keys(database, other) == [key_ring.current]
    async with database.system(write=False) as tx:
        assert await keys_in_use(tx) == {key_ring.current}


@pytest.mark.parametrize(
    "words", ["serve --port 1", "worker", "user create anna --password-stdin", "user list"]
)
def test_no_command_replaces_keys_that_are_away(
    command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr(uvicorn, "run", lambda *_, **__: pytest.fail("it serves"))
    monkeypatch.setattr("odoosync.cli.serve._check_address", lambda *_: None)
    monkeypatch.setattr("odoosync.jobs.worker.Worker.run", lambda *_: pytest.fail("it works"))
    command("user", "create", "bert", "--password-stdin", stdin="a_password\n")
    before = (tmp_path / "data" / "secret_keys").read_text().partition(":")[0]
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("ODOOSYNC_DATA_DIR", str(elsewhere))
    with pytest.raises(KeysMissing, match=f"no keys in {elsewhere}.*{before}"):
        command(*words.split(), stdin="a_password\n")
    assert not (elsewhere / "secret_keys").exists()


def test_doctor_writes_nothing(
    command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("user", "create", "bert", "--password-stdin", stdin="a_password\n")
    monkeypatch.setenv("ODOOSYNC_DATA_DIR", str(tmp_path / "elsewhere"))
    with pytest.raises(SystemExit):
        command("doctor")
    assert not (tmp_path / "elsewhere").exists()


def test_a_lost_key_is_given_up_by_a_command(command: Run, tmp_path: Path) -> None:
    command("user", "create", "bert", "--password-stdin", stdin="a_password\n")
    file = tmp_path / "data" / "secret_keys"
    lost = file.read_text().partition(":")[0]
    file.unlink()
    assert f"The key {lost} was given up" in command("keys", "forget", lost, "--yes")
    command("user", "create", "anna", "--password-stdin", stdin="a_password\n")
    assert lost not in file.read_text()
    assert "keys.forgotten" in command("audit")


def test_doctor_sees_that_others_may_read_the_keys(command: Run, tmp_path: Path) -> None:
    command("user", "create", "bert", "--password-stdin", stdin="a_password\n")
    (tmp_path / "data" / "secret_keys").chmod(0o644)
    with pytest.raises(SystemExit):
        command("doctor")
    (tmp_path / "data" / "secret_keys").chmod(0o600)
    assert "ok    modes" in command("doctor")
