"""What is to be filled in, and where: beside the upload, the other half of a base's identity."""

import hashlib
import json
import math
from dataclasses import dataclass
from typing import Literal

from countersign.pdf.errors import BadLayout
from countersign.pdf.words import ENGLISH, Words

FieldKind = Literal["signature", "initials", "text", "date", "checkbox", "stamp"]
# Behind the document's own pages: who signed when, how and from where; name and signature; nothing
AddedPages = Literal["evidence", "signatures", "none"]
MAX_SLOTS = 9999
# Rounding in the caller's arithmetic may put an edge a hair outside the page
_EDGE = 1e-6


@dataclass(frozen=True)
class Field:
    """A box on a page that belongs to one task.

    `page` counts from 0. `x`, `y`, `w`, `h` are fractions of the visible page (CropBox within
    MediaBox, after /Rotate), origin top left as the viewer sees it. `name` is unique in its slot.
    """

    name: str
    kind: FieldKind
    page: int
    x: float
    y: float
    w: float
    h: float
    required: bool = False

    def __post_init__(self) -> None:
        edges = (self.x, self.y, self.w, self.h)
        inside = (
            all(map(math.isfinite, edges))
            and min(self.x, self.y) >= -_EDGE
            and min(self.w, self.h) > 0
            and max(self.x + self.w, self.y + self.h) <= 1 + _EDGE
        )
        if not inside or self.page < 0:
            raise BadLayout(
                f"field {self.name!r} does not lie on a page: {edges}, page {self.page}"
            )


@dataclass(frozen=True)
class Slot:
    """The fields of one task that signs."""

    fields: tuple[Field, ...] = ()

    def __post_init__(self) -> None:
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise BadLayout(f"a field name occurs twice in one slot: {sorted(names)}")


@dataclass(frozen=True)
class Layout:
    """One slot per signing task; `spare` more for tasks added later; `pages` behind the last,
    which say what they say in `words`."""

    slots: tuple[Slot, ...]
    spare: int = 0
    pages: AddedPages = "evidence"
    words: Words = ENGLISH

    def __post_init__(self) -> None:
        if not 0 < len(self.slots) + self.spare <= MAX_SLOTS or self.spare < 0:
            raise BadLayout(
                f"{len(self.slots)} + {self.spare} slots; 1 to {MAX_SLOTS} are possible"
            )

    def digest(self) -> str:
        """SHA-256 (hex) that is equal for equal layouts, in every process and version."""
        # Bases were made in English before there were other languages: their names stay
        parts = {key: part for key, part in vars(self).items() if part != ENGLISH}
        canonical = json.dumps(parts, default=vars, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(b"countersign layout 2\n" + canonical.encode()).hexdigest()

    def all_slots(self) -> tuple[Slot, ...]:
        return self.slots + (Slot(),) * self.spare
