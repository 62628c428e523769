"""Folders that the server's user may not read or write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from countersign import app_parts
from countersign.adapters.database.engine import Database
from countersign.settings import BadSettings, Settings

NOBODY = 65534


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Root may do everything, so it steps down meanwhile."""
    if os.getuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """Can be entered and not written; nobody but its owner sees what is in `keys`."""
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    data = tmp_path / "data"
    (data / "keys").mkdir(parents=True)
    (data / "keys").chmod(0o000)
    data.chmod(0o555)
    yield data
    data.chmod(0o755)


def test_beside_an_object_store_the_data_directory_may_be_read_only(closed: Path) -> None:
    settings = Settings(data=closed, files_url="s3://bucket/prefix")
    with as_somebody_else(), app_parts.staging(settings) as folder:
        (folder / "request").touch()
    assert folder != closed / "staging"
    assert not folder.exists()


def test_keys_of_another_user_are_named(closed: Path, sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with as_somebody_else(), pytest.raises(BadSettings, match=r"DATA: .*keys.*: Permission denied"):
        app_parts.check_keys(Settings(data=closed), database)
    database.close()
