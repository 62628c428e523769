"""The port Files: what nobody needs any more is removed, and never what somebody just put."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from countersign.adapters.files.local import LocalFiles
from countersign.domain.document import FileRef
from countersign.usecases.file_ports import Files
from tests.contracts.threads import at_once

from .test_files import MISSING, files

pytestmark = pytest.mark.slow
__all__ = ["files"]


def test_what_nobody_needs_is_removed(files: Files) -> None:
    file, other = files.put(b"goes"), files.put(b"stays")
    assert files.remove(file)
    assert files.remove(file), "the second time there is nothing to do"
    assert files.idle(file) == math.inf
    assert b"".join(files.stream([other])) == b"stays"
    assert files.read(files.put(b"goes")) == b"goes"


def test_what_was_put_or_renewed_a_moment_ago_is_not_removed(files: Files) -> None:
    file = files.put(b"wanted")
    for again in (lambda: files.put(b"wanted"), lambda: files.renew(file)):
        again()
        assert files.idle(file) < 60
        assert not files.remove(file, 3600.0)
        assert files.read(file) == b"wanted"
    assert files.remove(MISSING, 3600.0)


def local(folder: Path) -> tuple[LocalFiles, FileRef, Path]:
    files = LocalFiles(folder)
    file = files.put(b"old")
    return files, file, folder / file.sha256[:2] / file.sha256


def test_a_local_file_that_was_old_is_fresh_again_when_it_is_put(tmp_path: Path) -> None:
    files, file, path = local(tmp_path / "files")
    for renewing in (lambda: files.put(b"old"), lambda: files.renew(file)):
        os.utime(path, (1e9, 1e9))
        assert files.idle(file) > 3600
        renewing()
        assert not files.remove(file, 3600.0)
    os.utime(path, (1e9, 1e9))
    assert files.remove(file, 3600.0)
    assert not path.exists()


def test_who_puts_last_finds_it_there(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path / "files")
    contents = [bytes([number]) * 100 for number in range(40)]

    def put_and_remove(number: int) -> None:
        for data in contents:
            file = files.put(data)
            if number % 2:
                files.remove(file)

    at_once(4, put_and_remove)
    for data in contents:
        assert files.read(files.put(data)) == data
