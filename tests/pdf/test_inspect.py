"""What an upload is: accepted with its facts, or refused with a reason."""

import contextlib
import time
from collections.abc import Callable

import pypdfium2  # type: ignore[import-untyped]
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from countersign.pdf.errors import UnusablePdf
from countersign.pdf.inspect import inspect
from tests.pdf import samples

HTML = b"<!doctype html><html><head><title>Log in</title></head><body></body></html>"


def test_an_ordinary_contract_is_accepted_with_its_page_sizes() -> None:
    found = inspect(samples.contract(3))
    assert [(round(p.width_pt), round(p.height_pt), p.rotation) for p in found.pages] == [
        (595, 842, 0)
    ] * 3
    assert not any((found.signed, found.was_encrypted, found.has_forms, found.has_xfa))
    assert found.certified is None
    assert found.active_content == ()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\0", "empty"),
        (HTML, "not_pdf"),
        (b"PK\x03\x04" + bytes(2000), "not_pdf"),
        (b"%PDF-1.7\n" + b"junk " * 500, "broken"),
        (b"%PDF-1.7", "broken"),
        (samples.contract()[: len(samples.contract()) // 8], "broken"),
        (samples.encrypted("secret", "owner"), "encrypted"),
        (samples.without_pages(), "no_pages"),
        (samples.xfa(dynamic=True), "xfa_only"),
        (samples.with_boxes(MediaBox=[0, 0, 1_000_000_000, 10]), "broken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unusable_file_is_refused_with_its_code(data: bytes, code: str) -> None:
    with pytest.raises(UnusablePdf) as refused:
        inspect(data)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_html_named_pdf_is_called_a_web_page() -> None:
    with pytest.raises(UnusablePdf, match="web page"):
        inspect(HTML)


def test_more_pages_than_allowed_are_refused() -> None:
    assert len(inspect(samples.contract(15), max_pages=15).pages) == 15
    with pytest.raises(UnusablePdf) as refused:
        inspect(samples.contract(15), max_pages=14)
    assert refused.value.code == "too_many_pages"


def test_a_truncated_file_whose_pages_survive_is_repaired() -> None:
    whole = samples.contract()
    without_table = whole[: whole.rindex(b"xref\n", 0, whole.rindex(b"startxref"))]
    assert len(inspect(without_table).pages) == 2


def test_junk_before_the_header_is_tolerated() -> None:
    assert len(inspect(b"HTTP junk\r\n" * 20 + samples.contract()).pages) == 2


def test_an_owner_password_alone_does_not_hinder() -> None:
    found = inspect(samples.encrypted("", "owner"))
    assert found.was_encrypted


def test_the_right_password_opens() -> None:
    assert inspect(samples.encrypted("secret", "owner"), password="secret").was_encrypted


def test_a_static_xfa_form_is_a_form() -> None:
    found = inspect(samples.xfa(dynamic=False))
    assert found.has_forms
    assert found.has_xfa


@pytest.mark.parametrize(
    ("kind", "word"),
    [("JavaScript", "javascript"), ("Launch", "launch"), ("SubmitForm", "submit_form")],
)
def test_active_content_is_named(kind: str, word: str) -> None:
    assert inspect(samples.with_action(kind)).active_content == (word,)


def test_active_content_is_found_on_pages_annotations_fields_and_in_chains() -> None:
    def change(pdf: Pdf) -> None:
        launch = Dictionary(S=Name.Launch)
        pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.GoTo, Next=Array([launch])))
        pdf.pages[1].obj.Annots = Array([Dictionary(Subtype=Name.RichMedia)])
        pdf.Root.AcroForm.Fields[0].AA = Dictionary(K=Dictionary(S=Name.JavaScript))
        pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([String("a")])))

    found = inspect(samples.changed(change, samples.with_text_field()))
    assert found.active_content == ("attachment", "javascript", "launch", "rich_media")


def test_an_action_chain_that_loops_ends() -> None:
    def change(pdf: Pdf) -> None:
        action = pdf.make_indirect(Dictionary(S=Name.JavaScript))
        action.Next = action
        pdf.Root.OpenAction = action

    assert inspect(samples.changed(change)).active_content == ("javascript",)


@pytest.mark.parametrize(
    "entries",
    [
        {"Rotate": 90},
        {"Rotate": -90},
        {"Rotate": 450},
        {"Rotate": 45},
        {"CropBox": [50, 60, 300, 500], "Rotate": 270},
        {"CropBox": [-50, -60, 3000, 500]},
        {"CropBox": [300, 500, 50, 60]},
        {"MediaBox": [100, 100, 400, 900]},
        {"MediaBox": [0, 0, 0, 0]},
        {"MediaBox": [1, 2, 3]},
    ],
    ids=str,
)
def test_the_page_size_is_the_one_a_viewer_shows(entries: dict[str, object]) -> None:
    data = samples.with_boxes(**entries)
    page = inspect(data).pages[0]
    viewer = pypdfium2.PdfDocument(data)
    assert (page.width_pt, page.height_pt) == pytest.approx(viewer.get_page_size(0), abs=0.01)
    viewer.close()


def test_a_crop_box_beside_the_page_is_ignored() -> None:
    page = inspect(samples.with_boxes(MediaBox=[0, 0, 200, 300], CropBox=[500, 0, 600, 9])).pages[0]
    assert (page.width_pt, page.height_pt) == (200, 300)


def test_user_unit_scales_the_page() -> None:
    page = inspect(samples.with_boxes(MediaBox=[0, 0, 200, 300], UserUnit=2)).pages[0]
    assert (page.width_pt, page.height_pt) == (400, 600)


@pytest.mark.parametrize(
    "make",
    [samples.with_page_loop, samples.with_form_loop, samples.deeply_nested, samples.flate_bomb],
    ids=lambda make: make.__name__,
)
def test_a_hostile_structure_is_answered_quickly(make: Callable[[], bytes]) -> None:
    data = make()
    started = time.process_time()
    with contextlib.suppress(UnusablePdf):
        inspect(data)
    assert time.process_time() - started < 1.5


def test_a_normal_file_costs_a_millisecond_or_two() -> None:
    data = samples.contract()
    inspect(data)
    started = time.process_time()
    for _ in range(20):
        inspect(data)
    assert (time.process_time() - started) / 20 < 0.002
