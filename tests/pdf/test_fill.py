"""Filling in the form that a PDF brings along."""

import io

import pikepdf
import pytest
from pikepdf import Name, Pdf

from countersign import pdf as pdf_writer
from countersign.pdf.errors import FormRefused, UnusablePdf
from countersign.pdf.fill import fill, form_values
from countersign.pdf.render import page_text, render_page
from tests.pdf import foreign, samples
from tests.pdf.test_own_form import by_reportlab, with_signature_fields

VALUES = {"city": "Ærøskøbing", "pets": "true", "rent": "monthly", "floor": "2"}


def prepared(data: bytes) -> bytes:
    """With everything drawn into its pages."""
    return pdf_writer.prepare(data, pdf_writer.Layout((pdf_writer.Slot(),))).data


def words(data: bytes, page: int) -> list[str]:
    return [run.text for run in page_text(data, page)]


def test_values_are_written_and_read_back() -> None:
    filled = fill(by_reportlab(), VALUES, leave_open=False)
    assert filled.left == ()
    found = form_values(filled.data)
    assert found["city"] == "Ærøskøbing"
    assert found["pets"] == "Yes"
    assert found["rent"] == "monthly"
    assert found["floor"] == "2"
    assert found["number"] == "17"


def test_a_filled_form_shows_its_values_once_it_is_prepared() -> None:
    base = prepared(fill(by_reportlab(), VALUES, leave_open=False).data)
    assert "Ærøskøbing" in words(base, 0)
    assert "2" in words(base, 1)


def test_a_box_that_is_ticked_looks_otherwise() -> None:
    empty = fill(by_reportlab(), {"pets": "off"}, leave_open=False).data
    ticked = fill(by_reportlab(), {"pets": "on"}, leave_open=False).data
    assert render_page(empty, 0, 400) != render_page(ticked, 0, 400)


def test_what_is_left_open_is_empty_in_the_file_and_begins_with_its_value() -> None:
    filled = fill(by_reportlab(), VALUES, leave_open=True)
    left = {field.name: field for field in filled.left}
    assert left["city"].value == "Ærøskøbing"
    assert left["pets"].value == "true"
    assert left["pets"].options == (("Yes", "true"),)
    assert left["floor"].value == "2"
    assert left["floor"].options == (("1", "1"), ("2", "2"))
    found = form_values(filled.data)
    assert (found["city"], found["pets"], found["floor"]) == ("", "Off", "")
    assert (found["rent"], found["number"]) == ("Off", "17")


def test_radio_buttons_are_left_open_as_boxes_of_one_name() -> None:
    left = fill(by_reportlab(), VALUES, leave_open=True).left
    buttons = [(one.label, one.value, one.options) for one in left if one.name == "rent"]
    assert buttons == [
        ("rent: monthly", "true", (("monthly", "true"),)),
        ("rent: yearly", "", (("yearly", "true"),)),
    ]


def test_a_choice_takes_the_name_of_an_option_or_its_words() -> None:
    with pikepdf.open(io.BytesIO(by_reportlab())) as pdf:
        floor = next(f.obj for f in pdf.acroform.fields if f.obj.get("/T") == "floor")
        floor.Opt = pikepdf.Array([["g", "Ground floor"], ["f", "First floor"]])
        out = io.BytesIO()
        pdf.save(out)
    for given in ("f", "First floor"):
        filled = fill(out.getvalue(), {"floor": given}, leave_open=False).data
        assert form_values(filled)["floor"] == "f"
        assert "First floor" in words(prepared(filled), 1)
    left = fill(out.getvalue(), {"floor": "f"}, leave_open=True).left
    assert [one.value for one in left if one.name == "floor"] == ["First floor"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    values = {"nobody": "x", "floor": "7", "rent": "weekly", "pets": "perhaps", "city": "here"}
    with pytest.raises(FormRefused) as refused:
        fill(by_reportlab(), values, leave_open=False)
    assert refused.value.fields == {
        "nobody": "no such field in the form",
        "floor": "not one of its choices",
        "rent": "not one of its states",
        "pets": "not one of its states",
    }


def test_a_value_that_is_too_long_for_its_field_is_refused() -> None:
    with pikepdf.open(io.BytesIO(by_reportlab())) as pdf:
        next(f.obj for f in pdf.acroform.fields if f.obj.get("/T") == "city").MaxLen = 4
        out = io.BytesIO()
        pdf.save(out)
    with pytest.raises(FormRefused) as refused:
        fill(out.getvalue(), {"city": "Paris"}, leave_open=False)
    assert refused.value.fields == {"city": "at most 4 characters"}


def test_a_form_of_xml_beside_it_says_nothing_else() -> None:
    with pikepdf.open(io.BytesIO(by_reportlab())) as pdf:
        pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp/>")
        out = io.BytesIO()
        pdf.save(out)
    with Pdf.open(io.BytesIO(fill(out.getvalue(), VALUES, leave_open=False).data)) as filled:
        assert "/XFA" not in filled.Root.AcroForm


def test_equal_values_make_equal_files() -> None:
    form = by_reportlab()
    one, two = (fill(form, VALUES, leave_open=False).data for _ in range(2))
    assert one == two


def test_a_file_that_was_signed_is_not_filled_in() -> None:
    data = with_signature_fields(by_reportlab(), Tenant=(60, 60, 260, 120))
    signed = foreign.sign(data, foreign.Authority().signer("Eve"), field_name="Tenant")
    with pytest.raises(UnusablePdf) as refused:
        fill(signed, VALUES, leave_open=False)
    assert refused.value.code == "already_signed"


def test_a_file_without_a_form_has_nothing_to_fill_in() -> None:
    data = samples.contract(1)
    assert form_values(data) == {}
    assert fill(data, {}, leave_open=True).left == ()
    with pytest.raises(FormRefused):
        fill(data, {"city": "x"}, leave_open=False)


def test_a_damaged_form_is_refused() -> None:
    with pikepdf.open(io.BytesIO(by_reportlab())) as pdf:
        for field in pdf.acroform.fields:
            field.obj.Opt = Name.Broken
            field.obj.Kids = pikepdf.Array([Name.Broken, 5])
        pdf.Root.AcroForm.Fields = pikepdf.Array([7, *pdf.Root.AcroForm.Fields])
        out = io.BytesIO()
        pdf.save(out)
    with pytest.raises((FormRefused, UnusablePdf)):
        fill(out.getvalue(), {"floor": "9"}, leave_open=True)
