"""Words about a stored file."""

from __future__ import annotations

import pytest

from countersign.domain.document import FileRef
from countersign.domain.errors import Invalid
from countersign.domain.stored_file import StoredFile, StoredFileKind, describe
from tests.domain.building import NOW

FILE = StoredFile(
    id="f1",
    account_id="a1",
    kind=StoredFileKind.UPLOAD,
    media_type="application/pdf",
    parts=(FileRef("ab" * 32, 1000), FileRef("cd" * 32, 24)),
    sha256="ef" * 32,
    created_at=NOW,
    filename="rules.pdf",
    description="Of the house",
)


def test_a_file_is_as_large_as_its_parts() -> None:
    assert FILE.size == 1024


def test_people_are_shown_the_title_if_there_is_one() -> None:
    assert FILE.name == "rules.pdf"
    assert describe(FILE, title="House rules").name == "House rules"


def test_what_is_not_said_stays_and_what_is_empty_goes() -> None:
    changed = describe(FILE, title="House rules", description="")
    assert (changed.filename, changed.title) == ("rules.pdf", "House rules")
    assert changed.description == ""
    assert describe(FILE) == FILE


def test_each_text_has_its_longest_length() -> None:
    longest = {"filename": 255, "title": 255, "description": 1000}
    describe(FILE, **{name: "é" * length for name, length in longest.items()})
    with pytest.raises(Invalid) as refusal:
        describe(FILE, **{name: "é" * (length + 1) for name, length in longest.items()})
    assert refusal.value.fields == {
        name: f"at most {length} characters" for name, length in longest.items()
    }
