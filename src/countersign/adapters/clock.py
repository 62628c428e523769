"""What time it is."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

from countersign.adapters.database.engine import Database
from countersign.adapters.database.sandbox_clock import ClockOffset

READ_AGAIN_AFTER = 0.1  # seconds
UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
SPAN = re.compile(r"(?=\d)(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,7})m)?(?:(\d{1,9})s)?")


def system_clock() -> datetime:
    return datetime.now(UTC)


class SandboxClock:
    """The system's time, moved by what somebody advanced it. All processes follow within 0.1 s."""

    def __init__(self, database: Database) -> None:
        self._offset = ClockOffset(database)
        self._known = timedelta()
        self._read_at = float("-inf")

    def __call__(self) -> datetime:
        if time.monotonic() - self._read_at >= READ_AGAIN_AFTER:
            return self.exactly()
        return system_clock() + self._known

    def exactly(self) -> datetime:
        """Without the 0.1 s: for leases of jobs, which would run out when the clock jumps."""
        self._known = self._offset.read()
        self._read_at = time.monotonic()
        return system_clock() + self._known

    def set(self) -> None:
        """Marks the installation as a sandbox; a clock that was moved stays as it is."""
        if not self.is_set():
            self._offset.add(timedelta())

    def is_set(self) -> bool:
        return self._offset.is_there()

    def advance(self, span: timedelta) -> datetime:
        """Moves it forward; returns what it shows now. Raises ValueError for going back."""
        if span < timedelta():
            raise ValueError("a sandbox's clock goes forward only")
        self._offset.add(span)
        return self.exactly()


def parse_span(text: str) -> timedelta:
    """Reads 90s, 31m, 2h, 3d or 1d12h. Raises ValueError."""
    found = SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no span of time; write 90s, 31m, 2h, 3d or 1d12h")
    numbers = zip(UNITS.values(), found.groups(), strict=True)
    return timedelta(**{unit: int(number) for unit, number in numbers if number})
