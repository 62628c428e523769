"""Files in a folder of this machine, written so that a power cut loses nothing."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import structlog

from countersign.adapters.caching import Recent
from countersign.adapters.files.ranges import BLOCK, slices
from countersign.domain.document import FileRef
from countersign.domain.errors import NotFound, Unavailable
from countersign.turns import waiting

LOOK_AFTER_IT = "see that the disk of the files has room and can be written; people try again"
FLAT = "in-256-folders"  # a mark: nothing lies deeper
REMEMBERED = 10_000  # contents that are known to be on stable storage

log = structlog.get_logger(__name__)


class LocalFiles:
    """The port Files. A content lies at `aa/<sha256>`. It is written aside, synced, renamed and its
    folder synced, so a name always stands for the whole content. Whoever puts one that is there
    already syncs its folder too, unless this process did: the other writer may not have got that
    far. Raises Unavailable when the disk is full; then nothing half-written stays.

    The 256 folders are made at the start: one that is made for its first content would have to be
    synced as well, and so would the folder it stands in. See decision record 36."""

    def __init__(self, root: Path) -> None:
        self._root, self._aside = root, root / "incoming"
        self._aside.mkdir(parents=True, exist_ok=True)
        self._safe: Recent[bool] = Recent(REMEMBERED)
        self._make_folders()
        self._move_up()
        self._sweep()

    def put(self, data: bytes) -> FileRef:
        file = FileRef(hashlib.sha256(data).hexdigest(), len(data))
        self._store(file.sha256, lambda target: self._write(target, lambda out: out.write(data)))
        return file

    def adopt(self, path: Path, sha256: str) -> FileRef:
        file = FileRef(sha256, path.stat().st_size)
        self._store(sha256, lambda target: self._move(path, target))
        path.unlink(missing_ok=True)
        return file

    @contextmanager
    def aside(self) -> Iterator[Path]:
        handle, path = tempfile.mkstemp(dir=self._aside)
        os.close(handle)
        try:
            yield Path(path)
        finally:
            Path(path).unlink(missing_ok=True)

    @contextmanager
    def local(self, file: FileRef) -> Iterator[Path]:
        self._open(file).close()
        yield self._path(file.sha256)

    def read(self, file: FileRef) -> bytes:
        with self._open(file) as found:
            return found.read()

    def remove(self, file: FileRef, unless_within: timedelta) -> bool:
        """It is put aside first: whoever stores it again meanwhile either has touched what was put
        aside, which then comes back, or finds nothing there and writes it anew. What a killed
        process left aside is judged in the same way by whoever does its job again."""
        target, aside = self._path(file.sha256), self._aside / f"removed-{file.sha256}"
        if _is_younger(target, unless_within):
            return False
        with suppress(FileNotFoundError):
            os.replace(target, aside)
            self._safe.forget(file.sha256)
        if _is_younger(aside, unless_within):
            os.replace(aside, target)
            _sync_folder(target.parent)
            return False
        aside.unlink(missing_ok=True)
        return True

    def settle(self, file: FileRef, *, is_used: bool) -> None:
        """Removing has left nothing aside."""

    def stream(
        self, parts: Sequence[FileRef], start: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        """Raises NotFound before the first block when any part is missing."""
        wanted = list(slices(parts, start, length))
        for part, _, _ in wanted:
            self._open(part).close()
        return self._blocks(wanted)

    # -------------------------------------------------------------- reading

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256

    def _open(self, file: FileRef) -> BinaryIO:
        try:
            return self._path(file.sha256).open("rb", buffering=0)
        except FileNotFoundError:
            raise NotFound("file", file.sha256) from None

    def _blocks(self, wanted: Sequence[tuple[FileRef, int, int]]) -> Iterator[bytes]:
        for part, at, count in wanted:
            with self._open(part) as found:
                end = at + count
                while at < end:
                    block = os.pread(found.fileno(), min(BLOCK, end - at), at)
                    if not block:
                        raise OSError(errno.EIO, "a stored file is shorter than it was", found.name)
                    at += len(block)
                    yield block

    # -------------------------------------------------------------- writing

    def _store(self, sha256: str, write: Callable[[Path], None]) -> None:
        target = self._path(sha256)
        try:
            with waiting():
                self._keep(sha256, target, write)
        except OSError as problem:
            log.error("file_not_stored", why=problem.strerror, do=LOOK_AFTER_IT)
            raise Unavailable("file store") from problem
        self._safe.put(sha256, True)

    def _keep(self, sha256: str, target: Path, write: Callable[[Path], None]) -> None:
        try:
            os.utime(target)  # wanted again, should somebody be about to remove it
        except FileNotFoundError:
            write(target)
            _sync_folder(target.parent)
        else:
            if not self._safe.get(sha256):
                _sync_folder(target.parent)

    def _make_folders(self) -> None:
        for number in range(256):
            (self._root / f"{number:02x}").mkdir(exist_ok=True)
        _sync_folder(self._root)

    def _move_up(self) -> None:
        """Contents of an installation from before record 36, which lay one folder deeper. Looking
        for them takes a second for each million, so that is done once. Other processes may do the
        same at the same time."""
        if (self._root / FLAT).exists():
            return
        for deeper in self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]"):
            with suppress(FileNotFoundError):
                for content in deeper.iterdir():
                    os.replace(content, deeper.parent / content.name)
                deeper.rmdir()
            _sync_folder(deeper.parent)
        (self._root / FLAT).touch()
        _sync_folder(self._root)

    def _write(self, target: Path, fill: Callable[[BinaryIO], object]) -> None:
        handle, aside = tempfile.mkstemp(dir=self._aside)
        try:
            with os.fdopen(handle, "wb") as out:
                fill(out)
                out.flush()
                os.fsync(out.fileno())
            os.replace(aside, target)
        except BaseException:
            os.unlink(aside)
            raise

    def _move(self, path: Path, target: Path) -> None:
        with path.open("rb") as staged:
            os.fsync(staged.fileno())
            try:
                os.replace(path, target)
            except OSError as problem:
                if problem.errno != errno.EXDEV:  # another volume
                    raise
                self._write(target, lambda out: shutil.copyfileobj(staged, out, BLOCK))

    def _sweep(self) -> None:
        """What a killed process was writing. Nobody writes one file for a day."""
        for left in self._aside.iterdir():
            if not _is_younger(left, timedelta(days=1)):
                left.unlink(missing_ok=True)


def _is_younger(path: Path, span: timedelta) -> bool:
    """False for what is not there."""
    try:
        return time.time() - path.stat().st_mtime < span.total_seconds()
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
