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

    Several processes may share `folder`: each holds a lock in its own sub-folder while it lives,
    and opening sweeps away the sub-folders whose owner is gone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: Path | None = None
        self._alive: BinaryIO | None = None

    def open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Processes that start at once must not sweep a folder that is not locked yet
        with (self._folder / "opening").open("wb") as opening:
            fcntl.flock(opening, fcntl.LOCK_EX)
            self._sweep()
            self._own = Path(tempfile.mkdtemp(prefix="process-", dir=self._folder))
            self._alive = (self._own / "alive").open("wb")
            fcntl.flock(self._alive, fcntl.LOCK_EX)

    def close(self) -> None:
        if self._own and self._alive:
            shutil.rmtree(self._own, ignore_errors=True)
            self._alive.close()
        self._own = self._alive = None

    def request(self) -> Staging:
        """Room for the files of one request."""
        if self._own is None:
            raise RuntimeError("the staging area is not open: the outer lifespan has not run")
        return Staging(self._own)

    def _sweep(self) -> None:
        for folder in self._folder.glob("process-*"):
            if not _is_alive(folder):
                shutil.rmtree(folder, ignore_errors=True)


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


def _is_alive(folder: Path) -> bool:
    try:
        with (folder / "alive").open("rb") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
