"""The `Docx` port over `countersign.docx`, which is imported when it is first used: with it comes
lxml, that a server without DOCX need not load."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

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
        from countersign.docx import tags

        return self._run(tags, data)

    def fill(self, data: bytes, values: Mapping[str, str]) -> Filled:
        from countersign.docx import fill

        made = self._run(fill, data, dict(values))
        return Filled(data=made.data, empty=made.empty, unused=made.unused)

    def harmless(self, data: bytes) -> bytes:
        """Without what reaches outside of the file. Raises UnusableFile."""
        from countersign.docx import harmless

        return self._run(harmless, data)

    def _run(self, work: Callable[..., T], data: bytes, *more: object) -> T:
        from countersign.docx import UnusableDocx, unpacked_bytes

        try:
            if unpacked_bytes(data) < HEAVY_BYTES:
                return work(data, *more)
            return self._workshop.run(work, data, *more)
        except UnusableDocx as problem:
            raise UnusableFile(problem.code, problem.message) from None
