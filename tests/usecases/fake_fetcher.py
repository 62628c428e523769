"""Files at addresses, in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from countersign.domain.errors import NotFetched
from countersign.usecases.file_ports import Staged
from countersign.usecases.receive_file import StagedBytes


@dataclass
class FakeFetcher:
    """`files` by address."""

    files: dict[str, bytes] = field(default_factory=dict)

    @contextmanager
    def fetch(self, url: str, *, limit_bytes: int, timeout_s: float) -> Iterator[Staged]:
        assert timeout_s > 0
        if url not in self.files:
            raise NotFetched("not_found", "could not be fetched: the answer is 404")
        if len(self.files[url]) > limit_bytes:
            raise NotFetched("too_large", "is too large")
        yield StagedBytes(self.files[url])
