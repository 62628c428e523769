"""Which bytes of which part belong to a range of their concatenation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from countersign.domain.document import FileRef

BLOCK = 1 << 20  # bytes; the largest block that `Files.stream` gives


def slices(
    parts: Sequence[FileRef], start: int, length: int | None
) -> Iterator[tuple[FileRef, int, int]]:
    """Part, first byte in it and number of bytes, for every part that the range touches."""
    left = sum(part.size for part in parts) - start if length is None else length
    for part in parts:
        count = min(part.size - start, left)
        if count > 0:
            yield part, start, count
            left -= count
        start = max(0, start - part.size)
