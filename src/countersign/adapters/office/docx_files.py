"""The `Docx` port over `countersign.docx`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from countersign import docx
from countersign.adapters.workshop import Workshop
from countersign.domain.errors import UnusableFile
from countersign.usecases.docx_port import Filled

HEAVY_BYTES = 2 << 20  # unpacked
T = TypeVar("T")


class DocxFiles:
    """What is large when unpacked is done in the `workshop`."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def tags(self, data: bytes) -> tuple[str, ...]:
        return self._run(docx.tags, data)

    def fill(self, data: bytes, values: Mapping[str, str]) -> Filled:
        made = self._run(docx.fill, data, dict(values))
        return Filled(data=made.data, empty=made.empty, unused=made.unused)

    def harmless(self, data: bytes) -> bytes:
        """Without what reaches outside of the file. Raises UnusableFile."""
        return self._run(docx.harmless, data)

    def _run(self, work: Callable[..., T], data: bytes, *more: object) -> T:
        try:
            if docx.unpacked_bytes(data) < HEAVY_BYTES:
                return work(data, *more)
            return self._workshop.run(work, data, *more)
        except docx.UnusableDocx as problem:
            raise UnusableFile(problem.code, problem.message) from None
