"""Backing up a server that runs, and going on elsewhere from the archive."""

from __future__ import annotations

import shutil
import stat
import tarfile
from pathlib import Path

import pytest

from countersign.adapters.backup import back_up
from tests.commands.running import assert_refused, countersign
from tests.support.customer import new_customer, sign
from tests.support.server import StartServer
from tests.support.signed import assert_intact, assert_verified

SIGNERS = ["Søren Ångström", "Lea Roux"]


def test_a_restored_installation_goes_on_where_the_backup_was_made(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server("--sandbox")
    customer = new_customer(server)
    sent = customer.send(*SIGNERS)
    assert sign(sent.links[0], SIGNERS[0]).status_code == 200
    archive, elsewhere = tmp_path / "backup.tar", tmp_path / "elsewhere"
    said = server.run("backup", str(archive)).stdout
    assert said.startswith(f"Wrote {archive} (")
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    later = customer.send("Too late")
    server.stop()

    restored = countersign("restore", archive, "--data", elsewhere)
    assert (restored.returncode, restored.stdout) == (0, f"Restored into {elsewhere}\n")
    doctor = countersign("doctor", "--data", elsewhere)
    assert "readable by the server's user only" in doctor.stdout, doctor.stdout
    start_server("--sandbox", data=elsewhere, port=server.port)
    assert customer.read(sent)["submitters"][0]["status"] == "completed"
    assert customer.call("GET", f"submissions/{later.id}").status_code == 400
    assert sign(sent.links[1], SIGNERS[1]).status_code == 200  # an old link
    path = customer.completed_file(sent, tmp_path)
    assert_intact(path, SIGNERS)
    assert_verified(path, SIGNERS, elsewhere)


def test_files_that_vanish_meanwhile_are_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that works writes aside what it stores, and removes what was erased."""
    data, archive = tmp_path / "data", tmp_path / "backup.tar"
    (data / "keys").mkdir(parents=True)
    for place in ("incoming/half", "aa/aa1", "bb/bb2"):
        (data / "files" / place).parent.mkdir(parents=True, exist_ok=True)
        (data / "files" / place).write_bytes(b"content")
    add = tarfile.TarFile.add

    def added(tar: tarfile.TarFile, name: Path, *more: object, **options: object) -> None:
        if name == data / "files":
            shutil.rmtree(data / "files" / "incoming")
        if name == data / "files" / "aa":
            (data / "files" / "aa" / "aa1").unlink()
        add(tar, name, *more, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(tarfile.TarFile, "add", added)
    back_up(data, archive)
    with tarfile.open(archive) as tar:
        assert [name for name in tar.getnames() if name.count("/") == 2] == ["files/bb/bb2"]


@pytest.mark.slow
def test_a_backup_needs_an_installation_and_a_place(tmp_path: Path) -> None:
    empty = countersign("backup", tmp_path / "b.tar", "--data", tmp_path / "none")
    assert_refused(empty, f"there is no installation in {tmp_path / 'none'}")
    countersign("doctor", "--data", tmp_path / "data")
    target = tmp_path / "no" / "such" / "b.tar"
    assert_refused(
        countersign("backup", target, "--data", tmp_path / "data"),
        f"{target}: No such file or directory",
    )


@pytest.mark.slow
def test_a_restore_overwrites_nothing_and_takes_only_backups(tmp_path: Path) -> None:
    countersign("doctor", "--data", tmp_path / "data")
    archive = tmp_path / "backup.tar"
    assert countersign("backup", archive, "--data", tmp_path / "data").returncode == 0
    assert_refused(
        countersign("restore", archive, "--data", tmp_path / "data"),
        f"{tmp_path / 'data'} is not empty",
    )
    archive.write_bytes(b"not a tar file")
    refused = countersign("restore", archive, "--data", tmp_path / "new")
    assert_refused(refused, f"{archive} is no archive, or only a part of one\n")
    with tarfile.open(archive, "w") as tar:
        tar.add(__file__, "../escape.py")
    assert_refused(
        countersign("restore", archive, "--data", tmp_path / "new"),
        "this is not a backup of Countersign",
    )
    assert not (tmp_path / "new").exists()
