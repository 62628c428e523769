"""Files that cannot be signed are refused where they come in, in words that help."""

from __future__ import annotations

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

BAD_FILES = {
    "HTML": (HTML, NOT_PDF),
    "HTML that mentions PDF far below": (HTML + b" " * 2000 + b"%PDF-1.7", NOT_PDF),
    "empty": (b"", NOT_PDF),
    "only spaces": (b" \n" * 500, NOT_PDF),
    "zeros": (bytes(5000), NOT_PDF),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), NOT_PDF),
    "an archive": (b"PK\x03\x04" + bytes(100), NOT_PDF),
    "a header and nothing else": (b"%PDF-1.7\n", DAMAGED),
    "truncated early": (contract()[:300], DAMAGED),
    "locked": (encrypted("secret", "owner"), LOCKED),
    "no pages": (without_pages(), "PDF files without pages are not supported"),
    "a form that only Adobe shows": (xfa(dynamic=True), "XFA forms are not supported"),
    "a bomb": (flate_bomb(), DAMAGED),
    "too many pages": (documents.with_pages(5001), "The PDF file has too many pages"),
}


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_cannot_be_signed_is_refused(sender: Sender, case: str) -> None:
    data, text = BAD_FILES[case]
    assert_plain(sender.post([("contract.pdf", data)]), text)


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


STRANGE_FILES = {
    "truncated late": contract()[:-200],
    "a loop of pages": with_page_loop(),
    "a loop of fields": with_form_loop(),
    "nested deeply": deeply_nested(),
    "no cross-reference table": contract().replace(b"startxref", b"startxxxx"),
    "junk before": b"junk\n" * 100 + contract(),
    "junk behind": contract() + b"\0junk" * 5000,
    "contents of nothing": documents.changed_page(Contents=pikepdf.Array([None, 5])),
    "a page of no size": documents.changed_page(MediaBox=pikepdf.Array([0, 0, 0, 0])),
    "a box of words": documents.changed_page(MediaBox=pikepdf.Array([pikepdf.Name.A] * 4)),
    "annotations of a wrong kind": documents.changed_page(Annots=pikepdf.Name.Nonsense),
    "turned by 45 degrees": documents.changed_page(Rotate=45),
    "turned by a word": documents.changed_page(Rotate=pikepdf.Name.Left),
}


@pytest.mark.parametrize("case", STRANGE_FILES)
def test_a_strange_file_is_refused_at_once_or_can_be_signed(sender: Sender, case: str) -> None:
    """Repairing is welcome; half a repair is not."""
    before = sender.traces()
    inside = person(fields=[field(area=area(x=20, y=20, w=100, h=30))])
    answer = sender.post([("contract.pdf", STRANGE_FILES[case])], signers=[inside])
    if answer.status_code == 400:
        assert_plain(answer, DAMAGED)
        assert sender.traces() == before
        return
    (lea,) = sender.signers_of(answer.json())
    assert lea.complete().status_code == 200
    assert sender.signed(answer.json()["uuid"]).startswith(b"%PDF-")
