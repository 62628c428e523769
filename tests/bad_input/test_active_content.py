"""What acts by itself in an upload is not there any more in what people sign."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from tests.bad_input.sender import Sender
from tests.pdf.samples import changed, with_text_field, xfa

ACTIVE = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/RichMedia"}
KEYS = {"/JS", "/JavaScript", "/XFA", "/AA", "/RichMediaContent"}


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert('Lea')"))


def launch() -> Dictionary:
    return Dictionary(S=Name.Launch, F=String("/bin/sh"))


def submit() -> Dictionary:
    return Dictionary(S=Name.SubmitForm, F=String("https://x.example"))


def annotated(**entries: object) -> Callable[[Pdf], None]:
    """Puts an annotation over the first page."""

    def change(pdf: Pdf) -> None:
        annotation = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 600, 800]), **entries)
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(annotation)])

    return change


def named_script(pdf: Pdf) -> None:
    names = Array([String("start"), pdf.make_indirect(script())])
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=names))


def chained_link(pdf: Pdf) -> None:
    jump = Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit]), Next=script())
    annotated(Subtype=Name.Link, A=jump)(pdf)


def on_each_page(pdf: Pdf) -> None:
    for page in pdf.pages:
        page.obj.AA = Dictionary(O=script(), C=launch())


def on_bookmarks(pdf: Pdf) -> None:
    item = pdf.make_indirect(Dictionary(Title=String("Start"), A=launch()))
    pdf.Root.Outlines = pdf.make_indirect(
        Dictionary(Type=Name.Outlines, First=item, Last=item, Count=1)
    )


def on_a_field(pdf: Pdf) -> None:
    pdf.Root.AcroForm.Fields[0].AA = Dictionary(K=script(), F=script())


FILES = {
    "a script on opening": changed(lambda pdf: setattr(pdf.Root, "OpenAction", script())),
    "a program on opening": changed(lambda pdf: setattr(pdf.Root, "OpenAction", launch())),
    "scripts by name": changed(named_script),
    "scripts around printing": changed(
        lambda pdf: setattr(pdf.Root, "AA", Dictionary(WP=script()))
    ),
    "scripts on each page": changed(on_each_page),
    "a link that starts a program": changed(annotated(Subtype=Name.Link, A=launch())),
    "a link that sends a form": changed(annotated(Subtype=Name.Link, A=submit())),
    "a link with a script behind": changed(chained_link),
    "a bookmark that starts a program": changed(on_bookmarks),
    "rich media": changed(annotated(Subtype=Name.RichMedia, RichMediaContent=Dictionary())),
    "a film": changed(annotated(Subtype=Name.Screen, A=Dictionary(S=Name.Rendition))),
    "a field with a script": changed(on_a_field, with_text_field(value="Nouméa")),
    "a form twice, as XFA too": xfa(dynamic=False),
}


@pytest.mark.parametrize("case", FILES)
def test_active_content_is_gone_from_the_signed_file(sender: Sender, case: str) -> None:
    assert list(active_parts(FILES[case])), "the test sends nothing active"
    signed = sender.sign_through("contract.pdf", FILES[case])
    assert list(active_parts(signed)) == []


def test_what_was_filled_in_stays_on_the_page(sender: Sender) -> None:
    signed = sender.sign_through("contract.pdf", with_text_field(value="Nouvelle"))
    with closing(pypdfium2.PdfDocument(signed)) as document:
        assert "Nouvelle" in document[0].get_textpage().get_text_range()


def active_parts(data: bytes) -> Iterator[str]:
    """Every key and action that does something by itself, wherever in the file it hides."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        waiting = list(pdf.objects)
        while waiting:
            thing = waiting.pop()
            if isinstance(thing, Array):
                waiting += [each for each in thing if is_inside(each)]
            elif isinstance(thing, Dictionary | Stream):
                yield from KEYS & set(thing.keys())
                yield from ACTIVE & {str(thing.get("/S", "")), str(thing.get("/Subtype", ""))}
                values = [thing[key] for key in thing.keys()]  # noqa: SIM118 - not a dict
                waiting += [each for each in values if is_inside(each)]


def is_inside(thing: object) -> bool:
    """What is referred to has its own turn."""
    return isinstance(thing, Array | Dictionary) and not thing.is_indirect
