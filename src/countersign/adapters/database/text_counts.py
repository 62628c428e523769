"""How many codes went to whom by SMS. In the real data, unlike rate limits: an SMS costs money, and
what is undone with its transaction was not sent."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, delete

from countersign.adapters.database.identity_tables import text_counts
from countersign.adapters.database.transaction import Transaction
from countersign.domain.text_limits import Window

KEPT = timedelta(days=2)  # longer than any window
_SWEEP = delete(text_counts).where(text_counts.c.begins < bindparam("before"))


class TextCounts:
    """The port of the same name."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def count_text(self, window: Window) -> bool:
        row = {"whom": window.whom, "begins": window.begins, "sent": 1}
        insert = self._tx.insert(text_counts)
        counted = insert.on_conflict_do_update(
            index_elements=["whom", "begins"],
            set_={"sent": text_counts.c.sent + 1},
            where=text_counts.c.sent < window.most,
        ).returning(text_counts.c.sent)
        sent = self._tx.write(counted, row).scalar_one_or_none()
        if sent == 1:  # what is over needs no job of its own
            self._tx.write(_SWEEP, {"before": window.begins - KEPT})
        return sent is not None
