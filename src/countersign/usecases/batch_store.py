"""The tables of batches as a unit of work has them. Part of ports.py, where the rest is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from countersign.domain.batch import Batch, BatchRow, Problem, RowStatus


class Batches(Protocol):
    """Somebody else's batch is not found. What rows say is stored closed."""

    def add(self, batch: Batch, rows: Sequence[BatchRow]) -> None: ...
    def get(self, account_id: str, batch_id: str) -> Batch:
        """Raises NotFound."""

    def by_id(self, batch_id: str) -> Batch:
        """Whosever it is. Raises NotFound."""

    def all(self, account_id: str, limit: int) -> Sequence[Batch]:
        """Newest first."""

    def replan(self, batch: Batch, found: Mapping[int, Sequence[Problem]]) -> None:
        """Title, language and mapping of a draft, and what is wrong with rows, by their numbers.
        Raises StaleState when it is no draft any more."""

    def start(self, batch: Batch) -> None:
        """A draft is sent. Raises StaleState when it is none any more."""

    def end(self, batch_id: str, at: datetime) -> None:
        """Nothing waits in it any more."""

    def remove_draft(self, account_id: str, batch_id: str) -> None:
        """Raises NotFound, also for what is no draft."""

    def forget(self, batch_id: str) -> None:
        """A draft goes; of others what the rows say."""

    def rows(
        self,
        batch_id: str,
        *,
        status: RowStatus | None = None,
        wrong: bool = False,
        after: int = 0,
        limit: int | None = None,
    ) -> Sequence[BatchRow]:
        """In the order of the file, those with a larger number than `after`; with `wrong` those
        with problems only."""

    def counts(self, batch_ids: Sequence[str]) -> Mapping[str, Mapping[RowStatus, int]]: ...
    def wrong(self, batch_id: str) -> int:
        """How many rows have problems."""

    def settle(
        self, batch_id: str, number: int, status: RowStatus, problem: str, envelope_id: str
    ) -> bool:
        """A row that waits has ended so; False, and nothing changes, when it waits no longer. Of
        two who settle the same row, one waits for the other's transaction. What was sent forgets
        its cells."""

    def settle_all(self, batch_id: str, status: RowStatus, *, wrong: bool = False) -> int:
        """All rows that wait, or those among them with problems; says how many they were."""

    def recipients(
        self, batch_id: str, numbers: Sequence[int], viewers: Sequence[str] = ()
    ) -> Mapping[int, str]:
        """The address of the first person of each envelope that is still there; with `viewers` of
        those that they may see."""
