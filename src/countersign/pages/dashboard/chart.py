"""Calls day by day, as bars of a picture that stands in the page. No script, no library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

STEP, BAR, HEIGHT = 20, 16, 100  # of the picture's own units


@dataclass(frozen=True, slots=True)
class Bar:
    """One day; `x`, `y`, `width` and `height` are where it stands."""

    day: date
    calls: int
    x: int
    y: int
    height: int
    width: int = BAR


@dataclass(frozen=True, slots=True)
class Chart:
    """`most` are the calls of the tallest bar."""

    name: str
    bars: Sequence[Bar]
    total: int
    most: int
    width: int
    height: int = HEIGHT


def chart(name: str, days: Sequence[date], calls: Mapping[date, int]) -> Chart:
    """A day that had any call at all has a bar that can be seen."""
    most = max((calls.get(day, 0) for day in days), default=0)
    bars = []
    for place, day in enumerate(days):
        count = calls.get(day, 0)
        height = max(2, round(HEIGHT * count / most)) if count else 0
        bars.append(Bar(day, count, place * STEP, HEIGHT - height, height))
    return Chart(name, bars, sum(bar.calls for bar in bars), most, len(days) * STEP)
