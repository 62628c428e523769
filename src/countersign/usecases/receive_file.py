"""An upload comes in: look at it before anything is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from countersign.domain.document import PDF, FileRef, PageSize
from countersign.domain.errors import UnusableFile
from countersign.usecases.file_ports import Staged
from countersign.usecases.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedFile:
    """An upload that can be signed and is not stored yet."""

    name: str
    staged: Staged
    pages: tuple[PageSize, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A stored upload that can be signed; `blank` is what it was before its form was filled in."""

    name: str
    upload: FileRef
    pages: tuple[PageSize, ...]
    media_type: str = PDF
    blank: FileRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedFile:
    """A document whose file somebody's task is to bring."""

    name: str


class StagedBytes:
    """An upload that came inside of something else, such as a JSON body: a `Staged` in memory."""

    in_memory = True

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self._data).hexdigest()

    @property
    def path(self) -> Path:
        raise TypeError("what is in memory has no path")

    def read(self) -> bytes:
        return self._data


def inspect_file(staged: Staged, name: str, ports: Ports) -> InspectedFile:
    """Raises UnusableFile. Keeps nothing, so that the rest of a request can still be refused.
    `staged` is any upload; httpkit's `Upload` fits as it is."""
    try:
        pages = ports.engine.inspect(staged).pages
    except UnusableFile as problem:
        raise UnusableFile(problem.code, problem.message, name) from None
    return InspectedFile(name=name, staged=staged, pages=pages)


def keep_file(inspected: InspectedFile, ports: Ports) -> ReceivedFile:
    """Stores the file; a large one by moving it out of the staging folder."""
    staged, files = inspected.staged, ports.files
    if staged.in_memory:
        upload = files.put(staged.read())
    else:
        upload = files.adopt(staged.path, staged.sha256)
    return ReceivedFile(name=inspected.name, upload=upload, pages=inspected.pages)
