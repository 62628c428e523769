"""What has to be written where rows have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """What to do to one table's rows."""

    removed: Sequence[Row]
    added: Sequence[Row]
    changed: Sequence[Row]

    @classmethod
    def between(cls, before: Mapping[Any, Row], after: Mapping[Any, Row]) -> Difference:
        return cls(
            removed=[row for key, row in before.items() if key not in after],
            added=[row for key, row in after.items() if key not in before],
            changed=[row for key, row in after.items() if key in before and before[key] != row],
        )
