"""What is known of the key that seals documents and of the clocks that confirm when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SealFacts:
    """Of the certificate; `own_key` where the operator gave one in place of the server's own.
    `ends` is UTC; `state` is good, fair or bad."""

    own_key: bool
    subject: str
    issuer: str
    ends: datetime
    algorithm: str
    state: str


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """One timestamp authority as this process has met it since it started; times are UTC. `why`
    belongs to the failure."""

    host: str
    good_at: datetime | None = None
    bad_at: datetime | None = None
    why: str = ""

    @property
    def state(self) -> str:
        """As it was the last time that it was asked."""
        if self.bad_at is None:
            return "good" if self.good_at else ""
        return "good" if self.good_at and self.good_at >= self.bad_at else "bad"


class SealState(Protocol):
    def seal(self) -> SealFacts: ...

    def clocks(self) -> Sequence[ClockFacts]:
        """The remote authorities in the order in which they are asked; none when the server's own
        makes timestamps."""

    def ask_clocks(self) -> None:
        """Asks each for a timestamp now; `clocks` tells what came of it."""
