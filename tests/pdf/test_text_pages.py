"""A text document as pages: everything is seen, nothing acts, and it ends in time."""

import hashlib
import io
import time
from datetime import UTC, datetime

import pikepdf
import pypdfium2  # type: ignore[import-untyped]
import pytest

from countersign.pdf import PdfError, text_pages
from countersign.pdf.inspect import inspect
from countersign.pdf.package import packaged
from countersign.pdf.render import render_page
from countersign.pdf.text_pages import COLUMNS
from tests.pdf.foreign import Authority, sign
from tests.pdf.samples import contract

A4 = (595, 842)
SIDE = 56.6  # points; the margin left and right
TYPST = [
    '#eval("1+1")',
    "#import sys: *",
    "$ x^2 $ *bold* _it_ `raw` = Heading",
    '#read("/etc/passwd")',
    "\\u{41} // comment /* block */",
    '"] #panic() [',
    "<script>alert(1)</script> &amp; ${7*7} {{7*7}}",
]


def text_pdf(text: str, title: str, media_type: str, sha256: str = "") -> bytes:
    at = datetime(2026, 11, 27, tzinfo=UTC)
    return text_pages.text_pdf(text, title, media_type, at=at, sha256=sha256)


def text_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def rows_of(data: bytes) -> list[str]:
    return [row.rstrip() for row in text_of(data).splitlines()]


def test_a_text_becomes_pages_of_a4_that_the_house_can_sign_and_show() -> None:
    made = text_pdf("Clause\n" * 200, "Lease", "text/plain")
    found = inspect(made)
    assert len(found.pages) > 1
    assert {(round(page.width_pt), round(page.height_pt)) for page in found.pages} == {A4}
    assert found.active_content == ()
    assert render_page(made, 0, 400).startswith(b"RIFF")


def test_every_page_names_the_signed_file() -> None:
    digest = hashlib.sha256(b"signed").hexdigest()
    made = text_pdf("Clause\n" * 200, "Lease", "text/markdown", sha256=digest)
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made)]
    assert all(digest in page and "text/markdown" in page for page in pages)


@pytest.mark.parametrize("code", TYPST)
def test_code_in_a_text_or_its_title_is_shown_and_never_run(code: str) -> None:
    rows = rows_of(text_pdf(f"before\n{code}\nafter", f"T {code}", "text/plain"))
    assert f"T {code}" in rows
    assert rows[rows.index("before") + 1] == code
    assert rows[rows.index("before") + 2] == "after"


def test_blanks_at_the_begin_and_within_a_line_are_kept() -> None:
    made = text_pdf("X    Y\n        Z\n", "T", "text/plain")
    page = pypdfium2.PdfDocument(made)[0].get_textpage()
    place = {page.get_text_range(i, 1): page.get_charbox(i) for i in range(page.count_chars())}
    wide = 9 * 0.602  # points that a column takes
    assert place["Y"][0] - place["X"][0] == pytest.approx(5 * wide, abs=1)
    assert place["Z"][0] - place["X"][0] == pytest.approx(8 * wide, abs=1)


@pytest.mark.parametrize(
    "line",
    ["x" * 999, "漢" * 500, "word " * 200, "Ж" * 300, "<" * 300, "ع" * 300, "😀" * 200, "\t" * 90],
    ids=["Latin", "Han", "words", "Cyrillic", "signs", "Arabic", "emoji", "tabs"],
)
def test_a_long_line_goes_on_in_the_next_row_and_never_off_the_page(line: str) -> None:
    page = pypdfium2.PdfDocument(text_pdf(line, "T", "text/plain"))[0]
    for place in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
        left, _, right, _ = place.get_bounds()
        assert left >= SIDE - 3
        assert right <= A4[0] - SIDE + 3


@pytest.mark.parametrize("title", ["W" * 300, "Contract_" * 40, "Lease " * 60, "漢" * 200])
def test_a_long_title_stays_on_the_page(title: str) -> None:
    made = text_pdf("x", title, "text/plain")
    page = pypdfium2.PdfDocument(made)[0]
    for place in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
        assert place.get_bounds()[2] <= A4[0] - SIDE + 3
    with pikepdf.open(io.BytesIO(made)) as document:
        assert document.open_metadata()["pdfaid:part"] == "3"


def test_no_character_of_a_long_line_is_lost() -> None:
    words = [f"w{number}" for number in range(2000)]
    shown = text_of(text_pdf(" ".join(words), "T", "text/plain", sha256=""))
    assert [word for word in shown.split() if word.startswith("w")] == words


def test_a_row_is_full_before_the_next_one_begins() -> None:
    rows = rows_of(text_pdf("x" * (2 * COLUMNS), "T", "text/plain"))
    assert rows.count("x" * COLUMNS) == 2


@pytest.mark.parametrize(
    "acting",
    ["\u202e", "\u2066", "\u2028", "\U000e0041", "\u2062", "\x85"],
    ids=lambda character: f"{ord(character):x}",
)
def test_characters_that_would_act_unseen_are_named(acting: str) -> None:
    """Else the page could show "pay 10" for the bytes of "pay 01"."""
    shown = text_of(text_pdf(f"pay {acting}01 kr", f"T{acting}", "text/plain"))
    assert f"pay ⟦U+{ord(acting):04X}⟧01 kr" in shown


@pytest.mark.parametrize(
    "words", ["Åsa Öberg", "Ελληνικά", "Договор аренды", "契約書の控え", "계약서"]
)
def test_the_scripts_that_the_fonts_have_are_shown(words: str) -> None:
    made = text_pdf(words, words, "text/plain")
    assert text_of(made).count(words) == 2
    with pikepdf.open(io.BytesIO(made)) as document:
        assert document.open_metadata()["pdfaid:part"] == "3"


def test_arabic_and_hebrew_lines_begin_at_the_right() -> None:
    page = pypdfium2.PdfDocument(text_pdf("مرحبا بالعالم\nשלום עולם", "T", "text/plain"))[0]
    places = [p.get_bounds() for p in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])]
    rights = [right for _, bottom, right, _ in places if 700 < bottom < 770]
    assert max(rights) == pytest.approx(A4[0] - SIDE, abs=4)


def test_a_character_that_no_font_has_does_not_hinder() -> None:
    assert "before" in text_of(text_pdf("before \U0001f9ff \ue000 \U00012000", "T", "text/plain"))


def test_the_same_text_gives_the_same_bytes() -> None:
    assert text_pdf("One", "T", "text/plain") == text_pdf("One", "T", "text/plain")


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "\n" * 20_000,
        ("word " * 20 + "\n") * 10_000,
        "x" * 1_000_000,
        "漢" * 1_000_000,
        "😀" * 1_000_000,
        "\u0301" * 1_000_000,
    ],
    ids=["empty lines", "prose", "one word", "Han", "emoji", "accents"],
)
def test_the_largest_texts_end_in_time(text: str) -> None:
    """The workshop's patience is a minute."""
    begin = time.process_time()
    text_pdf(text, "T", "text/plain")
    assert time.process_time() - begin < 30


# --- packages ----------------------------------------------------------------------------------


def test_attached_files_come_out_as_they_went_in() -> None:
    files = [("Lease-1.xml", "application/xml", b"<a/>"), ("Låda.xml", "application/xml", b"\0")]
    made = packaged(text_pdf("One", "T", "text/plain"), files)
    with pikepdf.open(io.BytesIO(made)) as document:
        found = {name: spec.get_file().read_bytes() for name, spec in document.attachments.items()}
        kinds = {spec.get_file().mime_type for spec in document.attachments.values()}
        related = [spec.AFRelationship for spec in document.Root.AF]
        assert document.open_metadata()["pdfaid:part"] == "3"
    assert found == {name: content for name, _, content in files}
    assert kinds == {"application/xml"}
    assert related == ["/Source", "/Source"]
    assert inspect(made).active_content == ("attachment",)


def test_a_package_is_the_same_bytes_each_time() -> None:
    pages = text_pdf("One", "T", "text/plain")
    files = [("a.xml", "application/xml", b"<a/>")]
    assert packaged(pages, files) == packaged(pages, files)


def test_a_package_can_be_signed_by_other_software() -> None:
    made = packaged(text_pdf("One", "T", "text/plain"), [("a.xml", "application/xml", b"<a/>")])
    assert inspect(sign(made, Authority().signer())).signed


@pytest.mark.parametrize(
    ("data", "names"), [(contract(), ["a", "a"]), (b"no PDF", ["a"])], ids=["twice", "no PDF"]
)
def test_a_package_that_can_not_be_made_is_an_error(data: bytes, names: list[str]) -> None:
    with pytest.raises(PdfError):
        packaged(data, [(name, "text/plain", b"") for name in names])
