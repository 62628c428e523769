"""A batch: rows of a file, each of which becomes an envelope from the same template or form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from countersign.domain.errors import Invalid
from countersign.domain.task import Visitor

MOST_ROWS = 5000
MOST_COLUMNS = 100
LONGEST_CELL = 10_000  # characters
LONGEST_TITLE = 200
KEPT = timedelta(days=30)  # what rows say that were not sent
LEFT_EMPTY = -1  # in the place of a column: nothing is written there


class BatchStatus(StrEnum):
    DRAFT = "draft"
    SENDING = "sending"
    ENDED = "ended"


class RowStatus(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class SourceKind(StrEnum):
    TEMPLATE = "template"
    FORM = "form"


class SlotKind(StrEnum):
    """What a value of it has to be."""

    NAME = "name"
    EMAIL = "email"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place that a column may fill: `person.0.email`, `tag.rent`, `title`; `words` are headings
    by which its column is known, in small letters and digits only."""

    key: str
    label: str
    kind: SlotKind
    required: bool = True
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row; `column` counts from 0, None: with no one of them."""

    text: str
    column: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """`number` counts the lines of the file from 1, the headings included. `cells` has a value for
    each column, and nothing any more once the row was sent."""

    number: int
    cells: tuple[str, ...]
    status: RowStatus = RowStatus.WAITING
    problems: tuple[Problem, ...] = ()
    envelope_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """`origin` is the API whose envelopes they become; `version` that of the template or form which
    was there when the file came. `mapping` leads from the keys of slots to columns, from 0, or to
    `LEFT_EMPTY`. `who` is the address of the member who sends. Times are UTC."""

    id: str
    account_id: str
    origin: str
    kind: SourceKind
    source_id: str
    version: int
    source_name: str
    file_name: str
    columns: tuple[str, ...]
    created_at: datetime
    who: str
    title: str
    language: str
    mapping: Mapping[str, int] = field(default_factory=dict)
    status: BatchStatus = BatchStatus.DRAFT
    sender: Visitor = field(default_factory=Visitor)
    started_at: datetime | None = None
    ended_at: datetime | None = None


def check_plan(batch: Batch, slots: tuple[Slot, ...]) -> None:
    """Raises Invalid for a title that is empty or too long, and for places that need a column and
    have none."""
    wrong = {
        slot.key: "choose a column"
        for slot in slots
        if slot.required and slot.key not in batch.mapping
    }
    if not batch.title.strip() or len(batch.title) > LONGEST_TITLE:
        wrong["title"] = f"1 to {LONGEST_TITLE} characters"
    if any(not LEFT_EMPTY <= column < len(batch.columns) for column in batch.mapping.values()):
        wrong["mapping"] = "there is no such column"
    if wrong:
        names = {slot.key: slot.label for slot in slots}
        said = ", ".join(names.get(key, key) for key in wrong)
        raise Invalid(f"Something is missing or too long: {said}", wrong)
