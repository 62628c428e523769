"""Files of requests that are still being read. They lie on the storage volume, so that a use case
takes one away by renaming it; whatever it leaves dies with the request."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import BinaryIO


class StagingArea:
    """The staging folder of one process.

    Several processes may share `folder`: each holds a lock on its own sub-folder while it lives,
    and sweeping removes only sub-folders whose owner is gone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: Path | None = None
        self._lock: BinaryIO | None = None

    def open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._own = Path(tempfile.mkdtemp(prefix="process-", dir=self._folder))
        self._lock = _lock_file(self._own).open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        for folder in self._folder.glob("process-*"):
            if folder != self._own:
                _remove_if_abandoned(folder)

    def close(self) -> None:
        if self._own and self._lock:
            shutil.rmtree(self._own, ignore_errors=True)
            _lock_file(self._own).unlink(missing_ok=True)
            self._lock.close()
        self._own = self._lock = None

    def request(self) -> Staging:
        if self._own is None:
            raise RuntimeError("the staging area is not open: the outer lifespan has not run")
        return Staging(self._own)


class Staging:
    """The files of one request; a folder exists only once a file is asked for."""

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0

    def new_path(self) -> Path:
        """A fresh path in this request's folder; nothing exists there yet."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(dir=self._parent, prefix="request-")
        self._count += 1
        return Path(self._folder.name) / str(self._count)

    @property
    def used(self) -> bool:
        return self._folder is not None

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _lock_file(folder: Path) -> Path:
    # Beside the folder and not in it: taking the lock must not race with the folder's removal
    return folder.with_name(folder.name.replace("process-", "lock-"))


def _remove_if_abandoned(folder: Path) -> None:
    with _lock_file(folder).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        shutil.rmtree(folder, ignore_errors=True)
        _lock_file(folder).unlink(missing_ok=True)
