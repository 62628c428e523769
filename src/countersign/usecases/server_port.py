"""What is known of the server that runs, for the people who look after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerFact:
    """`state` is good, fair or bad, "" where there is nothing to judge."""

    name: str
    text: str
    state: str = ""


ServerFacts = Callable[[], Sequence[ServerFact]]
