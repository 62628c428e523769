"""Files that keep somebody's signature and show something else: what researchers have published
about PDF signatures (signature forgery, incremental saving, wrapping, shadow documents, attacks on
certified documents), and what gets past the libraries that we build upon."""

import io
import re
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from countersign.pdf.verify.report import Report
from tests.pdf import foreign, samples
from tests.pdf.appended import EVIL, File, appearance, appended, body_of, stream, with_field
from tests.pdf.judging import verify

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def plain(authority: foreign.Authority) -> bytes:
    return signed(authority, samples.with_text_field())


def signed(
    authority: foreign.Authority, data: bytes, certify: MDPPerm | None = None, name: str = "Sig"
) -> bytes:
    return foreign.sign(data, authority.signer(), field_name=name, certify=certify)


def why(authority: foreign.Authority, data: bytes) -> str:
    """Why the file is not valid; fails the test when it is."""
    report = verify(data, [authority.root_der])
    assert report.verdict == "invalid", report
    return f"{report.problems} {[one.why for one in report.signatures]}"


def judged(authority: foreign.Authority, data: bytes) -> Report:
    return verify(data, [authority.root_der])


# --- what a signature covers -------------------------------------------------------------------


class Parts:
    """A signed file in pieces, and a way to build another one around the same signed bytes."""

    def __init__(self, data: bytes) -> None:
        self.file = File.read(data)
        self._reader = PdfFileReader(io.BytesIO(data))
        (signature,) = self._reader.embedded_signatures
        _, self.gap, end, self.rest = map(int, signature.byte_range)
        self.before, self.after, self.hex = data[: self.gap], data[end:], data[self.gap : end]
        contents = bytes(signature.pkcs7_content)
        self.der = contents[: 4 + int.from_bytes(contents[2:4], "big")]
        self.field = self.file.fields[-1]
        self.field_body = body_of(data, self.field)

    def table(self, moved: int) -> dict[int, int]:
        """Where the objects are when what follows the gap has moved."""
        found = {}
        for number in range(1, self.file.size):
            at = self._reader.xrefs[generic.Reference(number, 0, self._reader)]
            if isinstance(at, int):
                found[number] = at if at < self.gap else at + moved
        return found

    def evil(self, at: int, table: dict[int, int], byte_range: bytes, contents: bytes) -> bytes:
        """Objects of another document, whose signature field has a signature of that range."""
        size, value = self.file.size, rb"/V \d+ 0 R"
        objects = {
            size: stream(EVIL),
            self.file.page: self.file.page_with(self.file.annotations, size),
            self.field: re.sub(value, b"/V %d 0 R" % (size + 1), self.field_body),
            size + 1: b"<</Type/Sig/Filter/A/SubFilter/ETSI.CAdES.detached/ByteRange%b/Contents%b>>"
            % (byte_range, contents),
        }
        out = bytearray(b"\n")
        for number, body in objects.items():
            table[number] = at + len(out)
            out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        start = at + len(out)
        rows = b"".join(b"%d 1\n%010d 00000 n \n" % row for row in sorted(table.items()))
        trailer = b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\n" % (
            size + 2, self.file.root, self.file.info
        )  # fmt: skip
        out += b"xref\n0 1\n0000000000 65535 f \n" + rows + trailer
        return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % start


def literal(content: bytes) -> bytes:
    return b"(%b)" % re.sub(rb"([\\()])", rb"\\\1", content).replace(b"\r", b"\\r")


def test_a_gap_that_is_too_small_leaves_no_room_behind_the_end(
    authority: foreign.Authority, plain: bytes
) -> None:
    """The sum of the lengths is right, but what is left out lies at the end of the file: another
    document, complete with a signature dictionary that has the same value."""
    parts = Parts(plain)
    covered = parts.before + parts.after
    byte_range = b"[0 %d %d %d]" % (parts.gap, parts.gap, len(parts.after))
    contents = parts.der + bytes(len(parts.der) + 4000)
    table = parts.table(-len(parts.hex))
    tail = parts.evil(len(covered), table, byte_range, literal(contents))
    filling = 2 * len(contents) + 2 - len(tail)
    assert filling > 0
    at = tail.index(b"startxref")
    forged = covered + tail[:at] + b"%" * (filling - 1) + b"\n" + tail[at:]
    assert "byte range" in why(authority, forged)


def test_a_range_that_ends_behind_the_file_is_refused(
    authority: foreign.Authority, plain: bytes
) -> None:
    """What is read is cut short without a word, and a gap of any size makes the same sum."""
    parts = Parts(plain)
    honest = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", parts.after)
    assert honest is not None
    target = int(honest[1])  # where the honest end of the file says that the table is
    contents = b"<%b>" % parts.der.hex().encode()
    room = target + 20_000 - parts.gap
    claimed = len(parts.after) + room - len(contents)
    byte_range = b"[0 %d %d %d]" % (parts.gap, parts.gap + room, claimed)
    evil = parts.evil(parts.gap, parts.table(room), byte_range, contents)
    xref = evil.index(b"xref\n0 1")
    hidden = evil[:xref].ljust(target - parts.gap, b" ") + evil[xref:]
    assert len(hidden) < room
    forged = parts.before + hidden.ljust(room, b" ") + parts.after
    assert "covers more" in why(authority, forged)


@pytest.mark.parametrize(
    "byte_range",
    [
        b"[0 0 0 0]",
        b"[]",
        b"[0 10]",
        b"[0 10 20 30 40 50]",
        b"[0 -10 20 30]",
        b"[-5 10 20 30]",
        b"[10 20 30 40]",
        b"[0 99999999999 999999999999 9999999999999999]",
        b"[0 100 50 100]",
        b"[0 1.5 20 30]",
        b"[0 1 0 R 20 30]",
        b"[0 /A 20 30]",
        b"7",
        b"null",
    ],
)
def test_odd_byte_ranges_are_refused(
    authority: foreign.Authority, plain: bytes, byte_range: bytes
) -> None:
    found = re.search(rb"/ByteRange \[[^]]*\]", plain)
    assert found is not None
    odd = (b"/ByteRange " + byte_range).ljust(len(found[0]))
    forged = plain[: found.start()] + odd + plain[found.end() :]
    report = judged(authority, forged)
    assert report.verdict != "valid"
    assert not report.valid


@pytest.mark.parametrize("value", [b"<>", b"<00>", b"null", b"[]", b"()", b"/A"])
def test_signatures_without_a_value_are_refused(
    authority: foreign.Authority, plain: bytes, value: bytes
) -> None:
    parts = Parts(plain)
    forged = parts.before + value.ljust(len(parts.hex)) + parts.after
    assert not judged(authority, forged).valid


def test_other_digits_behind_the_value_of_a_signature_change_nothing(
    authority: foreign.Authority, plain: bytes
) -> None:
    parts = Parts(plain)
    assert parts.hex.endswith(b"00>")
    report = judged(authority, parts.before + parts.hex[:-3] + b"ff>" + parts.after)
    assert report.signatures[0].valid


# --- what follows a signature ------------------------------------------------------------------


def objects_without_table(data: bytes) -> bytes:
    return data + b"\n%d 0 obj\n%b\nendobj\n" % (File.read(data).content, stream(EVIL))


def old_table_named_again(data: bytes) -> bytes:
    table = data[data.rindex(b"startxref") :]
    return objects_without_table(data) + b"trailer\n<</Root 1 0 R>>\n" + table


@pytest.mark.parametrize(
    "attack", [objects_without_table, old_table_named_again], ids=lambda one: one.__name__
)
def test_nothing_may_follow_that_belongs_to_no_revision(
    authority: foreign.Authority, plain: bytes, attack: Callable[[bytes], bytes]
) -> None:
    assert "follows the end" in why(authority, attack(plain))


def test_blanks_behind_the_end_are_no_change(authority: foreign.Authority, plain: bytes) -> None:
    assert judged(authority, plain + b"\r\n\0\0\n").verdict == "valid"


def content_replaced(data: bytes) -> bytes:
    return appended(data, {File.read(data).content: stream(EVIL)})


def parameters_replace_content(data: bytes) -> bytes:
    """A signature of an unknown kind "brings" the page's content as its parameters."""
    file = File.read(data)
    value = (
        b"<</Type/Sig/Filter/X/SubFilter/X/ByteRange[0 1 2 3]/Contents<00>"
        b"/Reference[<</TransformMethod/X/TransformParams %d 0 R>>]>>" % file.content
    )
    more = {file.size + 1: value, file.content: stream(EVIL)}
    return with_field(data, b"/Rect[0 0 0 0]/F 132/V %d 0 R" % (file.size + 1), more)


def parameters_replace_page(data: bytes) -> bytes:
    file = File.read(data)
    value = (
        b"<</Type/DocTimeStamp/Filter/X/SubFilter/X/ByteRange[0 1 2 3]/Contents<00>"
        b"/Reference[<</TransformMethod/X/TransformParams %d 0 R>>]>>" % file.page
    )
    page = file.page_with([*file.annotations, file.size], file.size + 2)
    more = {file.size + 1: value, file.size + 2: stream(EVIL), file.page: page}
    return with_field(data, b"/Rect[0 0 0 0]/F 132/V %d 0 R" % (file.size + 1), more)


def covering_field(rect: bytes, entries: bytes = b"") -> Callable[[bytes], bytes]:
    """A signature field that nobody signs, with a look that covers the page."""

    def attack(data: bytes) -> bytes:
        look = File.read(data).size + 1
        shown = b"/Subtype/Widget/F 4/Rect%b/AP<</N %d 0 R>>%b" % (rect, look, entries)
        return with_field(data, shown, {look: appearance()})

    return attack


def field_that_runs_a_script(data: bytes) -> bytes:
    action = b"/AA<</PO<</S/JavaScript/JS(app.alert\\(1\\))>>>>"
    return with_field(data, b"/Subtype/Widget/Rect[0 0 0 0]" + action)


def field_that_is_a_note(data: bytes) -> bytes:
    return with_field(data, b"/Subtype/FreeText/Rect[0 0 0 0]/Contents(Pay)")


ATTACKS = {
    "content replaced": content_replaced,
    "parameters replace content": parameters_replace_content,
    "parameters replace page": parameters_replace_page,
    "covering field": covering_field(b"[0 0 500 500]"),
    "covering field, five numbers": covering_field(b"[0 0 500 500 0]"),
    "covering field, references": covering_field(b"[1 0 R 1 0 R 2 0 R 2 0 R]"),
    "covering field, empty value": covering_field(b"[0 0 500 500]", b"/V null"),
    "field with a script": field_that_runs_a_script,
    "field as a note": field_that_is_a_note,
}
LEVELS = [None, MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE]


@pytest.mark.parametrize("level", LEVELS, ids=str)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_attacks_after_a_signature_are_seen(
    authority: foreign.Authority, attack: Callable[[bytes], bytes], level: MDPPerm | None
) -> None:
    data = signed(authority, samples.with_text_field(), level)
    assert "changed afterwards" in why(authority, attack(data))


def two_notes(pdf: pikepdf.Pdf) -> None:
    colours = ([1, 0, 0], [0, 1, 0])
    pdf.pages[0].obj.Annots = Array(
        pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Square, Rect=[0, 0, 500, 500], IC=Array(one), F=4
            )
        )
        for one in colours
    )


def test_what_lies_below_cannot_be_brought_to_the_top(authority: foreign.Authority) -> None:
    data = signed(authority, samples.changed(two_notes), MDPPerm.NO_CHANGES)
    file = File.read(data)
    turned = file.page_with([*reversed(file.annotations), file.size])
    field = b"<</FT/Sig/T(zz)/Type/Annot/Subtype/Widget/F 132/Rect[0 0 0 0]>>"
    root = body_of(data, file.root).replace(b"/Fields [", b"/Fields [ %d 0 R" % file.size)
    forged = appended(data, {file.size: field, file.page: turned, file.root: root})
    assert "another order" in why(authority, forged)


def test_an_old_object_cannot_become_a_signature_field(authority: foreign.Authority) -> None:
    """It lay in the file unused when it was signed: a shadow."""
    base = samples.with_text_field()
    file = File.read(base)
    shadow = b"<</Type/Annot/Subtype/Widget/F 4/Rect[0 0 500 500]/Contents(Pay)>>"
    data = signed(authority, appended(base, {file.size: shadow}))
    kid = b"/Rect[0 0 0 0]/Kids[%d 0 R]" % file.size
    assert "old object" in why(authority, with_field(data, kid))


@pytest.mark.parametrize("above", [0, 900])
def test_what_was_missing_cannot_come_later(authority: foreign.Authority, above: int) -> None:
    """The page refers to more content than there is, of a number in use or far above."""
    base = samples.with_text_field()
    file = File.read(base)
    missing = file.size + above
    page = file.page_body + b"/Contents[%d 0 R %d 0 R]>>" % (file.content, missing)
    data = signed(authority, appended(base, {file.page: page}))
    if above:
        assert judged(authority, signed(authority, data, name="Second")).verdict == "valid"
    forged = appended(data, {missing: stream(EVIL)})
    assert "changed afterwards" in why(authority, forged)


def test_a_page_cannot_inherit_from_what_may_change(authority: foreign.Authority) -> None:
    """Viewers follow /Parent; information on the document may be replaced at any time."""
    base = samples.with_text_field()
    file = File.read(base)
    page = re.sub(rb"/Parent \d+ 0 R", b"/Parent %d 0 R" % file.info, body_of(base, file.page))
    data = signed(authority, appended(base, {file.page: page}))
    forged = appended(data, {file.info: b"<</Title(x)/Resources<</Font<<>>>>>>"})
    assert "inherits" in why(authority, forged)


def test_a_font_of_the_form_cannot_be_replaced(authority: foreign.Authority, plain: bytes) -> None:
    file = File.read(plain)
    form = re.sub(rb"/Helv \d+ 0 R", b"/Helv %d 0 R" % file.size, file.form_with())
    font = b"<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>"
    forged = appended(plain, {file.form: form, file.size: font})
    assert "font or picture" in why(authority, forged)


def test_a_signature_of_an_unknown_kind_is_not_passed_over(
    authority: foreign.Authority, plain: bytes
) -> None:
    """It might be the one that says that something was changed."""
    number = File.read(plain).size + 1
    value = b"<</Type/Sig/Filter/X/SubFilter/X/ByteRange[0 1 2 3]/Contents<00>>>"
    entries = b"/Rect[0 0 0 0]/F 132/V %d 0 R" % number
    assert "cannot be checked" in why(authority, with_field(plain, entries, {number: value}))


def test_a_file_with_endless_ways_in_it_is_answered(
    authority: foreign.Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty objects, each named twice by the next: a million million ways to the last."""

    def change(pdf: pikepdf.Pdf) -> None:
        last = pdf.make_indirect(Dictionary())
        for _ in range(40):
            last = pdf.make_indirect(Dictionary(A=last, B=last))
        pdf.Root.PieceInfo = last

    monkeypatch.setattr("countersign.pdf.verify.reader.MAX_STEPS", 5000)
    data = signed(authority, samples.changed(change))
    assert "too entangled" in why(authority, signed(authority, data, name="Second"))


@pytest.mark.parametrize("where", ["Outlines", "StructTreeRoot"])
def test_a_bookmark_cannot_be_what_may_change(authority: foreign.Authority, where: str) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root[f"/{where}"] = pdf.make_indirect(Dictionary(First=pdf.docinfo, K=pdf.docinfo))

    data = signed(authority, samples.changed(change))
    script = b"<</Title(x)/A<</S/JavaScript/JS(app.alert\\(1\\))>>>>"
    assert "a bookmark" in why(authority, appended(data, {File.read(data).info: script}))
