"""A file that an account holds beside its envelopes: an upload that waits to be put into one, or
what came out of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from countersign.domain.document import FileRef, PageSize
from countersign.domain.errors import Invalid, NotFound

LONGEST = {"filename": 255, "title": 255, "description": 1000}  # characters


class StoredFileKind(StrEnum):
    UPLOAD = "upload"
    RESULT = "result"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """Its bytes are `parts`, one after the other; `sha256` (hex) is that of the whole. `pages` is
    empty for what has none. It is gone when it `expires_at`, unless it was used before."""

    id: str
    account_id: str
    kind: StoredFileKind
    media_type: str
    parts: tuple[FileRef, ...]
    sha256: str
    created_at: datetime
    pages: tuple[PageSize, ...] = ()
    filename: str = ""
    title: str = ""
    description: str = ""
    expires_at: datetime | None = None

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(part.size for part in self.parts)

    def present_at(self, now: datetime) -> StoredFile:
        """Itself. Raises NotFound when its time has passed, whether or not it was removed."""
        if self.expires_at is not None and self.expires_at <= now:
            raise NotFound("stored file", self.id)
        return self

    @property
    def name(self) -> str:
        """What people are shown."""
        return self.title or self.filename


def describe(
    file: StoredFile,
    *,
    filename: str | None = None,
    title: str | None = None,
    description: str | None = None,
) -> StoredFile:
    """The file with new words about it; None leaves what is there. Raises Invalid for words that
    are too long."""
    given = {"filename": filename, "title": title, "description": description}
    changed = {name: words for name, words in given.items() if words is not None}
    long = [name for name, words in changed.items() if len(words) > LONGEST[name]]
    if long:
        fields = {name: f"at most {LONGEST[name]} characters" for name in long}
        raise Invalid("a text is too long", fields)
    return replace(file, **changed)  # type: ignore[arg-type]
