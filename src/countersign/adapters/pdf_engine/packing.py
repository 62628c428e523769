"""What lies in a container, and under which names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from countersign.domain.document import Document, FileRef

File = tuple[str, str, tuple[FileRef, ...]]
PDF, XML = "application/pdf", "application/xml"


def contents(documents: Sequence[Document]) -> list[File]:
    """Name, media type and parts of every file: a PDF as it is, of a text each signed copy."""
    taken: set[str] = set()
    found: list[File] = []
    for name, suffix, media_type, parts in _files(documents):
        free = _free(name, suffix, taken)
        taken.add(free)
        found.append((free, media_type, parts))
    return found


def _files(
    documents: Sequence[Document],
) -> Iterator[tuple[str, str, str, tuple[FileRef, ...]]]:
    for document in documents:
        if not document.is_text:
            yield document.name, ".pdf", PDF, document.parts
            continue
        for segment in document.segments:
            yield document.name, ".xml", XML, (segment.file,)


def _free(name: str, suffix: str, taken: set[str]) -> str:
    """`Contract.pdf`, then `Contract (2).pdf`."""
    stem = PurePath(name.replace("/", "_").replace("\\", "_")).name.removesuffix(suffix)
    number, free = 1, f"{stem}{suffix}"
    while free in taken:
        number += 1
        free = f"{stem} ({number}){suffix}"
    return free
