"""How many codes are sent by SMS. Each costs money, so somebody who earns from a number, or only
wants to do harm, would have a great many sent ("SMS pumping"): besides the pace of each task there
are limits for each number, over all accounts, and for each account."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from countersign.domain.identity import HOUR

DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TO_A_NUMBER = ((10, HOUR), (20, DAY))


@dataclass(frozen=True, slots=True)
class Window:
    """In the time from `begins` (UTC) on, at most `most` codes go to `whom`, who is not named."""

    whom: str
    begins: datetime
    length: timedelta
    most: int

    @property
    def ends(self) -> datetime:
        return self.begins + self.length


def windows(
    number: str, account_id: str, account_most: int, key: bytes, now: datetime
) -> Sequence[Window]:
    """All in which a code to `number` (E.164) counts now; `account_most` an hour for the whole
    account, 0 for no such limit. Numbers are kept as a keyed hash (HMAC-SHA256), as all numbers
    there are would be tried in minutes."""
    limits = [(f"number {number}", most, length) for most, length in TO_A_NUMBER]
    if account_most:
        limits.append((f"account {account_id}", account_most, HOUR))
    return [_window(who, most, length, key, now) for who, most, length in limits]


def _window(who: str, most: int, length: timedelta, key: bytes, now: datetime) -> Window:
    name = f"sms {int(length.total_seconds())} {who}"
    whom = hmac.new(key, name.encode(), hashlib.sha256).hexdigest()
    return Window(whom, now - (now - EPOCH) % length, length, most)
