"""Jobs as whoever looks after the installation sees them. Part of ports.py, where the rest is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubledJob:
    """A job that failed: tried again at `run_at`, or given up at `dead_at`. `error` is the last
    one; `args` hold ids only."""

    id: int
    queue: str
    kind: str
    args: Mapping[str, Any]
    attempts: int
    error: str
    run_at: datetime
    dead_at: datetime | None


class JobCare(Protocol):
    def troubled(self, limit: int) -> Sequence[TroubledJob]:
        """Those that were given up first, then those that failed and wait; newest first."""

    def revive(self, job_id: int, at: datetime) -> str:
        """Tries it again at `at`, as often as a new one. Returns its kind. Raises NotFound for a
        job that is done, or is being worked on; Conflict when another one does the same."""
