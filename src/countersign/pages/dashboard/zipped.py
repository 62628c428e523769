"""Several stored documents as one ZIP file, made while it is sent: nothing of it is kept."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence

from countersign.domain.document import Document
from countersign.usecases.file_ports import Files

# Not in a name on any system; a dot in front would hide the file
UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]')
LONGEST = 150  # characters; systems take 255 bytes
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the same documents make the same file


class _Sink:
    """Takes what zipfile writes until somebody takes it away."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def flush(self) -> None: ...

    def taken(self) -> bytes:
        data = bytes(self._waiting)
        self._waiting.clear()
        return data


def zipped(named: Sequence[tuple[str, Document]], files: Files) -> Iterator[bytes]:
    """`named` are documents with the names that they have inside."""
    sink = _Sink()
    # Deflated: readers that don't look at the end first need it to find where a file ends
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:  # type: ignore[call-overload]
        for name, document in named:
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with made.open(entry, "w", force_zip64=True) as target:
                for block in files.stream(document.parts):
                    target.write(block)
                    yield sink.taken()
    yield sink.taken()


def unique_names(names: Sequence[str]) -> list[str]:
    """Each fit for a file on any system, and none twice, whatever the case."""
    found: list[str] = []
    for name in names:
        stem, dot, ending = fit_name(name).rpartition(".")
        stem, ending = (stem, dot + ending) if stem else (ending, "")
        number, wanted = 1, stem + ending
        while wanted.casefold() in {one.casefold() for one in found}:
            number += 1
            wanted = f"{stem} ({number}){ending}"
        found.append(wanted)
    return found


def fit_name(name: str) -> str:
    """Without what file systems refuse or take for a folder."""
    fit = UNFIT.sub("_", name).lstrip(". ").rstrip(". ")
    if len(fit) <= LONGEST:
        return fit or "_"
    stem, dot, ending = fit.rpartition(".")
    return (stem or ending)[: LONGEST - 5] + (dot + ending if stem and len(ending) < 5 else "")
