"""An upload comes in: look at it before anything is kept."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.domain.document import FileRef, PageSize
from countersign.usecases.ports import Ports, Staged


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A stored upload that can be signed."""

    name: str
    upload: FileRef
    pages: tuple[PageSize, ...]


def receive_file(staged: Staged, ports: Ports) -> ReceivedFile:
    """Inspects, then stores. Raises UnusableFile, and then nothing is kept."""
    inspection = ports.engine.inspect(staged)
    upload = ports.files.adopt(staged.path, staged.sha256)
    return ReceivedFile(name=staged.name, upload=upload, pages=inspection.pages)
