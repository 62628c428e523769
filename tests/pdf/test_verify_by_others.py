"""What other programs write, and people do with it, is not called a forgery."""

import io
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from pyhanko.sign.fields import MDPPerm

from tests.pdf import foreign, samples
from tests.pdf.appended import File, appearance, appended, body_of, with_field
from tests.pdf.judging import verify

pytestmark = pytest.mark.slow


def signed_twice(authority: foreign.Authority, data: bytes, *, strict: bool = True) -> bytes:
    for name in ("First", "Second"):
        data = foreign.sign(data, authority.signer(name), field_name=name, strict=strict)
    return data


def verdict(authority: foreign.Authority, data: bytes) -> str:
    report = verify(data, [authority.root_der])
    whys = [one.why for one in report.signatures]
    return report.verdict if report.verdict == "valid" else f"{report.problems} {whys}"


def streams(pdf: pikepdf.Pdf) -> bytes:
    return samples.saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def linearised(pdf: pikepdf.Pdf) -> bytes:
    return samples.saved(pdf, linearize=True)


def linearised_streams(pdf: pikepdf.Pdf) -> bytes:
    mode = pikepdf.ObjectStreamMode.generate
    return samples.saved(pdf, linearize=True, object_stream_mode=mode)


@pytest.mark.parametrize("write", [streams, linearised, linearised_streams])
def test_files_of_any_structure_keep_their_signatures(
    authority: foreign.Authority, write: Callable[[pikepdf.Pdf], bytes]
) -> None:
    with pikepdf.open(io.BytesIO(samples.contract())) as pdf:
        data = write(pdf)
    assert verdict(authority, signed_twice(authority, data)) == "valid"


def test_files_as_word_writes_them_keep_their_signatures(authority: foreign.Authority) -> None:
    data = signed_twice(authority, samples.hybrid(), strict=False)
    assert verdict(authority, data) == "valid"


def test_a_second_table_cannot_come_after_a_signature(authority: foreign.Authority) -> None:
    """What is in it would be seen by some readers and not by others."""
    data = foreign.sign(samples.contract(), authority.signer())
    table = len(data)
    row = b"\2\0\0\0\7\0\0"
    hidden = b"90 0 obj\n<</Type/XRef/Size 91/Index[6 1]/W[1 4 2]/Length 7>>\nstream\n%b\nendstream"
    data += hidden % row + b"\nendobj\n"
    file, last = File.read(data), int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    start = len(data)
    data += b"xref\n0 0\ntrailer\n<</Size 91/Root %d 0 R/Prev %d/XRefStm %d>>\n" % (
        file.root, last, table
    )  # fmt: skip
    data += b"startxref\n%d\n%%%%EOF\n" % start
    assert verdict(authority, data) != "valid"


def buttons_and_list(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0].obj
    look = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    place = {"Type": Name.Annot, "Subtype": Name.Widget, "F": 4, "P": page}
    choice = pdf.make_indirect(Dictionary(FT=Name.Btn, T=String("choice"), Ff=49152, V=Name.Off))
    states = Dictionary(N=Dictionary(Off=look, Yes=look))
    kids = [
        Dictionary(**place, Rect=[at, 10, at + 9, 19], AS=Name.Off, AP=states, Parent=choice)
        for at in (10, 30)
    ]
    choice.Kids = Array(pdf.make_indirect(one) for one in kids)
    options = Array([String("a"), String("b")])
    listed = pdf.make_indirect(
        Dictionary(**place, FT=Name.Ch, T=String("list"), Rect=[10, 50, 99, 90], Opt=options)
    )
    page.Annots = Array([*choice.Kids, listed])
    pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array([choice, listed])))


@pytest.fixture(scope="module")
def certified_form(authority: foreign.Authority) -> bytes:
    data = samples.changed(buttons_and_list)
    return foreign.sign(data, authority.signer(), certify=MDPPerm.FILL_FORMS)


def test_a_choice_of_buttons_is_form_filling(
    authority: foreign.Authority, certified_form: bytes
) -> None:
    file = File.read(certified_form)
    choice, button = file.fields[0], file.annotations[0]
    bodies = {
        choice: body_of(certified_form, choice).replace(b"/V /Off", b"/V /Yes"),
        button: body_of(certified_form, button).replace(b"/AS /Off", b"/AS /Yes"),
    }
    assert verdict(authority, appended(certified_form, bodies)) == "valid"
    moved = bodies | {button: bodies[button].replace(b"/Rect [ 10", b"/Rect [ 11")}
    assert "changed afterwards" in verdict(authority, appended(certified_form, moved))


def test_a_choice_from_a_list_is_form_filling(
    authority: foreign.Authority, certified_form: bytes
) -> None:
    file = File.read(certified_form)
    listed, look = file.fields[1], file.size
    body = body_of(certified_form, listed).rstrip()[:-2]
    filled = body + b"/V(a)/I[0]/M(D:20261120120000Z)/AP<</N %d 0 R>>>>" % look
    data = appended(certified_form, {listed: filled, look: appearance(b"")})
    assert verdict(authority, data) == "valid"


def test_validation_data_as_acrobat_adds_it_is_no_change(authority: foreign.Authority) -> None:
    """With an entry for each signature, a name of the extension, and metadata rewritten."""
    data = signed_twice(authority, samples.contract())
    file = File.read(data)
    number = file.size
    root = authority.root_der
    key = b"A" * 40
    store = b"<</Type/DSS/Certs[%d 0 R]/VRI<</%b<</Type/VRI/Cert[%d 0 R]/TU(D:20261120)>>>>>>"
    certificate = b"<</Length %d>>\nstream\n%b\nendstream" % (len(root), root)
    extension = b"/Extensions << /ADBE<</BaseVersion/1.7/ExtensionLevel 8>>"
    catalog = body_of(data, file.root).replace(b"/Extensions <<", extension)
    catalog = catalog.rstrip()[:-2] + b"/DSS %d 0 R>>" % number
    objects = {
        number: store % (number + 1, key, number + 1),
        number + 1: certificate,
        file.root: catalog,
        file.info: b"<</ModDate(D:20261120120000Z)/Producer(Adobe)>>",
    }
    assert verdict(authority, appended(data, objects)) == "valid"


def test_a_long_list_of_bookmarks_is_followed_to_its_end(authority: foreign.Authority) -> None:
    data = signed_twice(authority, samples.changed(samples.many_bookmarks))
    assert verdict(authority, data) == "valid"


def direct_metadata(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Metadata = Dictionary()


def element_twice_in_structure(pdf: pikepdf.Pdf) -> None:
    element = pdf.make_indirect(Dictionary(S=Name.P, K=0, Pg=pdf.pages[0].obj))
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(K=Array([element, element])))


@pytest.mark.parametrize(
    "damage",
    [direct_metadata, element_twice_in_structure],
    ids=lambda one: one.__name__,
)
def test_what_was_damaged_before_is_no_change(
    authority: foreign.Authority, damage: Callable[[pikepdf.Pdf], None]
) -> None:
    data = samples.changed(damage, fix_metadata_version=False)
    assert verdict(authority, signed_twice(authority, data)) == "valid"


def test_links_in_the_list_of_a_page_itself_are_no_hindrance(authority: foreign.Authority) -> None:
    """As FPDF writes them, between which a visible signature is put."""

    def change(pdf: pikepdf.Pdf) -> None:
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9])
        pdf.pages[0].obj.Annots = Array([link])

    first = foreign.sign(samples.changed(change), authority.signer())
    data = foreign.sign_visibly(first, authority.signer("Second"))
    assert verdict(authority, data) == "valid"
    file, link = File.read(data), b"<</Type/Annot/Subtype/Link/Rect[0 0 500 500]>>"
    page = file.page_body + b"/Contents %d 0 R/Annots[%b %d 0 R %d 0 R]>>" % (
        file.content, link, file.annotations[1], file.size
    )  # fmt: skip
    larger = with_field(data, b"/Subtype/Widget/Rect[0 0 0 0]", {file.page: page})
    assert "another order" in verdict(authority, larger)
