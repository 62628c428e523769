"""How long something is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from countersign.domain.archive import ArchivedFile, Period, check_removable, removed
from countersign.domain.errors import Conflict

LEAP = datetime(2028, 2, 29, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "end"),
    [
        (Period(12), datetime(2029, 2, 28, 12, 30, tzinfo=UTC)),
        (Period(48), datetime(2032, 2, 29, 12, 30, tzinfo=UTC)),
        (Period(10), datetime(2028, 12, 29, 12, 30, tzinfo=UTC)),
        (Period(11), datetime(2029, 1, 29, 12, 30, tzinfo=UTC)),
        (Period(1, timedelta(days=2)), datetime(2028, 3, 31, 12, 30, tzinfo=UTC)),
        (Period(0, timedelta(hours=12)), datetime(2028, 3, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_period_ends_by_the_calendar(period: Period, end: datetime) -> None:
    assert period.after(LEAP) == end


def test_what_has_an_end_is_kept_until_then_and_what_has_none_is_not() -> None:
    kept = ArchivedFile(
        id="f",
        account_id="a",
        media_type="application/pdf",
        parts=(),
        filename="lease.pdf",
        archived_at=LEAP,
        keep_until=LEAP + timedelta(days=1),
    )
    with pytest.raises(Conflict):
        removed(kept, "ab", LEAP + timedelta(hours=23))
    left = removed(kept, "ab", LEAP + timedelta(days=1))
    assert (left.filename, left.sha256, left.removed_at) == ("", "ab", LEAP + timedelta(days=1))
    endless = ArchivedFile(
        id="f", account_id="a", media_type="", parts=(), filename="", archived_at=LEAP
    )
    check_removable(endless, LEAP)
