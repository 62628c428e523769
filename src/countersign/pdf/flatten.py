"""An upload's own form becomes part of its pages: what it says stays, and nothing can change it."""

import pikepdf
from pikepdf import Array, Dictionary, Name

from countersign.pdf.appearance import text_content
from countersign.pdf.errors import UnusablePdf
from countersign.pdf.shared_font import shared_font
from countersign.pdf.text import clean, typesetter


def flatten_form(pdf: pikepdf.Pdf, font: pikepdf.Object) -> None:
    """Flatten in place; `font` is the embedded shared font.

    Raises UnusablePdf for XFA-only forms and for files that carry signatures.
    """
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, Dictionary):
        return
    has_fields = len(form.get("/Fields", ())) > 0
    if "/XFA" in form and (not has_fields or bool(pdf.Root.get("/NeedsRendering"))):
        raise UnusablePdf("xfa_only", "the form exists as XFA only, which few readers can show")
    if not has_fields:
        return
    if any(map(is_signed, pdf.acroform.fields)):
        raise UnusablePdf("already_signed", "the file is signed; preparing it would break that")
    draw_values(pdf, font, everywhere=bool(form.get("/NeedAppearances")))
    if "/NeedAppearances" in form:
        del form.NeedAppearances
    pdf.flatten_annotations("all")


def is_signed(field: pikepdf.AcroFormField) -> bool:
    """Whether it is a signature field that was signed."""
    obj = field.obj
    return obj.get("/FT") == Name.Sig and "/ByteRange" in obj.get("/V", {})


def draw_values(pdf: pikepdf.Pdf, font: pikepdf.Object, *, everywhere: bool) -> None:
    """Give filled fields an appearance where the form left that to the reader.

    Drawn by us and not by the PDF library, which knows Western European letters only.
    """
    for page in pdf.pages:
        for annotation in pdf.acroform.get_widget_annotations_for_page(page):
            field = pdf.acroform.get_field_for_annotation(annotation)
            if not (field.is_text or field.is_choice):
                continue
            value = clean(field.value_as_string)
            if value and (everywhere or "/AP" not in annotation.obj):
                annotation.obj.AP = Dictionary(
                    N=value_appearance(pdf, font, annotation.obj.Rect, value)
                )


def value_appearance(
    pdf: pikepdf.Pdf, font: pikepdf.Object, rect: pikepdf.Object, value: str
) -> pikepdf.Object:
    """What a text field of this /Rect looks like with `value` in it."""
    x0, y0, x1, y1 = (float(edge) for edge in rect.as_list())
    box = abs(x1 - x0), abs(y1 - y0)
    return pdf.make_stream(
        text_content(typesetter(shared_font().fingerprint), box, value).encode("ascii"),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, *box]),
        Resources=Dictionary(Font=Dictionary(F=font)),
    )
