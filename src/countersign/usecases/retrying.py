"""Doing a thing again on the newest state when somebody else was faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from countersign.domain.errors import StaleState

T = TypeVar("T")

TRIES = 50


def on_stale_state(attempt: Callable[[], T]) -> T:
    """Calls `attempt` until it isn't overtaken. Raises StaleState after `TRIES` times, which needs
    as many writers to the same envelope in the same instant."""
    for _ in range(TRIES - 1):
        try:
            return attempt()
        except StaleState:
            continue
    return attempt()
