"""Files that cannot be signed are refused where they come in, in words that help."""

from __future__ import annotations

from collections.abc import Callable

import pikepdf
import pytest

from tests.bad_input import documents
from tests.bad_input.answers import assert_plain
from tests.bad_input.sender import Sender, area, field, person
from tests.pdf.samples import (
    contract,
    deeply_nested,
    encrypted,
    flate_bomb,
    with_form_loop,
    with_page_loop,
    without_pages,
    xfa,
)

NOT_PDF = "Only PDF files are supported"
DAMAGED = "Damaged PDF files are not supported"
LOCKED = "Password-protected PDF files are not supported"
HTML = b"<!doctype html><html><body><script>alert(1)</script>"

# Made when they are needed: some take their time
BAD_FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "HTML": (lambda: HTML, NOT_PDF),
    "HTML that mentions PDF far below": (lambda: HTML + b" " * 2000 + b"%PDF-1.7", NOT_PDF),
    "empty": (lambda: b"", NOT_PDF),
    "only spaces": (lambda: b" \n" * 500, NOT_PDF),
    "zeros": (lambda: bytes(5000), NOT_PDF),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), NOT_PDF),
    "an archive": (lambda: b"PK\x03\x04" + bytes(100), NOT_PDF),
    "a header and nothing else": (lambda: b"%PDF-1.7\n", DAMAGED),
    "truncated early": (lambda: contract()[:300], DAMAGED),
    "locked": (lambda: encrypted("secret", "owner"), LOCKED),
    "no pages": (lambda: without_pages(), "PDF files without pages are not supported"),
    "a form that only Adobe shows": (lambda: xfa(dynamic=True), "XFA forms are not supported"),
    "a bomb": (lambda: flate_bomb(), DAMAGED),
    "too many pages": (lambda: documents.with_pages(5001), "The PDF file has too many pages"),
}


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_cannot_be_signed_is_refused(sender: Sender, case: str) -> None:
    make, text = BAD_FILES[case]
    assert_plain(sender.post([("contract.pdf", make())]), text)


@pytest.mark.usefixtures("nothing_stays")
def test_the_second_file_is_looked_at_as_well(sender: Sender) -> None:
    assert_plain(sender.post([("contract.pdf", contract()), ("b.pdf", HTML)]), NOT_PDF)


@pytest.mark.usefixtures("nothing_stays")
def test_a_request_without_a_file_is_refused(sender: Sender) -> None:
    assert_plain(sender.post([]), "At least 1 file must be provided")


@pytest.mark.usefixtures("nothing_stays")
def test_two_files_of_one_name_are_refused(sender: Sender) -> None:
    twice = [("contract.pdf", contract()), ("contract.pdf", contract(1))]
    assert_plain(sender.post(twice), "Document contract.pdf was provided more than once")


STRANGE_FILES: dict[str, Callable[[], bytes]] = {
    "truncated late": lambda: contract()[:-200],
    "a loop of pages": lambda: with_page_loop(),
    "a loop of fields": lambda: with_form_loop(),
    "nested deeply": lambda: deeply_nested(),
    "no cross-reference table": lambda: contract().replace(b"startxref", b"startxxxx"),
    "junk before": lambda: b"junk\n" * 100 + contract(),
    "junk behind": lambda: contract() + b"\0junk" * 5000,
    "contents of nothing": lambda: documents.changed_page(Contents=pikepdf.Array([None, 5])),
    "a page of no size": lambda: documents.changed_page(MediaBox=pikepdf.Array([0, 0, 0, 0])),
    "a box of words": lambda: documents.changed_page(MediaBox=pikepdf.Array([pikepdf.Name.A] * 4)),
    "annotations of a wrong kind": lambda: documents.changed_page(Annots=pikepdf.Name.Nonsense),
    "a wrong number of pages": lambda: contract().replace(b"/Count 2", b"/Count 7"),
    "a field without a place": lambda: documents.field_without_place(),
    "turned by 45 degrees": lambda: documents.changed_page(Rotate=45),
    "turned by a word": lambda: documents.changed_page(Rotate=pikepdf.Name.Left),
}


@pytest.mark.parametrize("case", STRANGE_FILES)
def test_a_strange_file_is_refused_at_once_or_can_be_signed(sender: Sender, case: str) -> None:
    """Repairing is welcome; half a repair is not."""
    before = sender.traces()
    inside = person(fields=[field(area=area(x=20, y=20, w=100, h=30))])
    answer = sender.post([("contract.pdf", STRANGE_FILES[case]())], signers=[inside])
    if answer.status_code == 400:
        assert_plain(answer, DAMAGED)
        after = sender.traces()  # the upload was stored when its damage showed
        assert (after.rows, after.staged) == (before.rows, before.staged)
        return
    (lea,) = sender.signers_of(answer.json())
    assert lea.complete().status_code == 200
    assert sender.signed(answer.json()["uuid"]).startswith(b"%PDF-")
