"""The verifier for anybody's file, asked now unless a test says when."""

from collections.abc import Iterable
from datetime import UTC, datetime

from countersign.pdf.verify import anybody
from countersign.pdf.verify.report import Report


def verify(data: bytes, roots: Iterable[bytes] = (), at: datetime | None = None) -> Report:
    return anybody.verify(data, roots, at or datetime.now(UTC))
