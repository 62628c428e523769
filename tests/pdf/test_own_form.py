"""The fields of a form that an upload brings along, as the programs that make forms write them."""

import io
import subprocess
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from reportlab.pdfgen import canvas  # type: ignore[import-untyped]

from countersign.pdf.errors import UnusablePdf
from countersign.pdf.own_form import FormField, form_fields
from tests.pdf import foreign, samples
from tests.support.tools import require_tool

WIDTH, HEIGHT = 600.0, 800.0


def by_reportlab() -> bytes:
    """Two pages: text, a checkbox, radio buttons, a choice; read-only and hidden fields."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(WIDTH, HEIGHT))
    form = page.acroForm
    form.textfield(name="city", tooltip="Place of signing", x=60, y=700, width=120, height=20)
    form.checkbox(name="pets", tooltip="Pets are allowed", x=60, y=600, size=20)
    for value, x in (("monthly", 60), ("yearly", 120)):
        form.radio(name="rent", value=value, selected=value == "yearly", x=x, y=500, size=20)
    page.showPage()
    flags = {"x": 60, "width": 100, "height": 20}
    form.textfield(name="place", y=400, fieldFlags="required", **flags)
    form.textfield(name="number", y=300, fieldFlags="readOnly", value="17", **flags)
    form.textfield(name="secret", y=200, annotationFlags="hidden", **flags)
    form.choice(name="floor", y=100, options=["1", "2"], value="1", **flags)
    page.showPage()
    page.save()
    return out.getvalue()


def with_signature_fields(data: bytes, **boxes: tuple[int, int, int, int]) -> bytes:
    """Appended by pyHanko, in a revision of their own."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    for name, box in boxes.items():
        append_signature_field(writer, SigFieldSpec(name, on_page=0, box=box))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def found(data: bytes) -> dict[str, FormField]:
    return {field.name: field for field in form_fields(data)}


def place(field: FormField) -> list[float]:
    return [round(edge, 4) for edge in (field.x, field.y, field.w, field.h)]


def test_what_people_can_fill_in_is_found_in_reading_order() -> None:
    names = [(field.page, field.name, field.kind) for field in form_fields(by_reportlab())]
    assert names == [
        (0, "city", "text"),
        (0, "pets", "checkbox"),
        (1, "place", "text"),
        (1, "floor", "text"),
    ]


def test_a_field_brings_its_label_its_place_and_whether_it_is_required() -> None:
    fields = found(by_reportlab())
    assert fields["city"].label == "Place of signing"
    assert fields["floor"].label == "floor"
    assert (fields["place"].required, fields["city"].required) == (True, False)
    assert place(fields["city"]) == [60 / WIDTH, 80 / HEIGHT, 120 / WIDTH, 20 / HEIGHT]


def test_empty_signature_fields_are_found_and_signed_ones_are_not() -> None:
    data = with_signature_fields(samples.contract(1), Tenant=(60, 60, 260, 120))
    (field,) = form_fields(data)
    assert (field.kind, field.required, field.name) == ("signature", True, "Tenant")
    left, bottom, right, top = 60 / samples.A4[0], 60 / samples.A4[1], 260, 120
    assert field.x == pytest.approx(left)
    assert field.w == pytest.approx(right / samples.A4[0] - left)
    assert field.y == pytest.approx(1 - top / samples.A4[1])
    assert field.h == pytest.approx(top / samples.A4[1] - bottom)
    signed = foreign.sign(data, foreign.Authority().signer("Eve"), field_name="Tenant")
    assert form_fields(signed) == ()


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (0, [0.1, 0.1, 0.2, 0.025]),
        (90, [0.875, 0.1, 0.025, 0.2]),
        (180, [0.7, 0.875, 0.2, 0.025]),
        (270, [0.1, 0.7, 0.025, 0.2]),
    ],
)
def test_places_follow_the_rotation_of_the_page(turn: int, expected: list[float]) -> None:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].obj.Rotate = turn

    assert place(found(samples.changed(change, by_reportlab()))["city"]) == expected


def test_places_count_from_the_part_of_the_page_that_is_shown() -> None:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].obj.CropBox = Array([0, 400, 300, 800])

    fields = found(samples.changed(change, by_reportlab()))
    assert place(fields["city"]) == [60 / 300, 80 / 400, 120 / 300, 20 / 400]


def test_what_lies_beside_the_page_is_not_found_and_what_sticks_out_is_cut() -> None:
    def change(pdf: Pdf) -> None:
        city, pets = pdf.pages[0].obj.Annots[0], pdf.pages[0].obj.Annots[1]
        city.Rect = Array([540, 700, 660, 720])
        pets.Rect = Array([700, 700, 720, 720])

    fields = found(samples.changed(change, by_reportlab()))
    assert place(fields["city"]) == [0.9, 0.1, 0.1, 0.025]
    assert "pets" not in fields


def test_fields_below_others_have_their_full_names_and_what_they_inherit() -> None:
    def change(pdf: Pdf) -> None:
        widget = pdf.pages[0].obj.Annots[0]
        parent = pdf.make_indirect(
            Dictionary(T=pikepdf.String("tenant"), FT=Name.Tx, Ff=2, Kids=Array([widget]))
        )
        del widget.FT, widget.TU
        if "/Ff" in widget:
            del widget.Ff
        widget.Parent = parent
        pdf.Root.AcroForm.Fields[0] = parent

    field = found(samples.changed(change, by_reportlab()))["tenant.city"]
    assert (field.kind, field.required, field.label) == ("text", True, "tenant.city")


@pytest.mark.parametrize("tool", ["qpdf", "mutool"])
def test_other_programs_may_have_rewritten_the_form(tool: str, tmp_path: Path) -> None:
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    source.write_bytes(by_reportlab())
    how = ["--object-streams=generate", "--linearize"] if tool == "qpdf" else ["clean", "-ggg"]
    command = [require_tool(tool), *how, str(source), str(target)]
    subprocess.run(command, check=True, timeout=60)
    assert form_fields(target.read_bytes()) == form_fields(by_reportlab())


def test_a_file_without_a_form_has_no_fields() -> None:
    assert form_fields(samples.contract()) == ()


@pytest.mark.parametrize("value", [Name.Nothing, Array([1, 2]), Array([1, 2, 3, Name.Four])])
def test_a_damaged_field_is_left_out(value: object) -> None:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].obj.Annots[0].Rect = value

    assert set(found(samples.changed(change, by_reportlab()))) == {"pets", "place", "floor"}


def test_a_file_that_is_no_pdf_is_refused() -> None:
    with pytest.raises(UnusablePdf) as refused:
        form_fields(b"%PDF-1.7 nothing")
    assert refused.value.code == "broken"
