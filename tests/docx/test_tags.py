"""Tags in documents as Word writes them."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.docx import fill, tags
from tests.support.docx import Making, docx, paragraph, part_of, run

BOLD, RED = "<w:b/>", '<w:color w:val="FF0000"/>'
SPELLING = '<w:proofErr w:type="spellStart"/>'
SPLIT = paragraph(
    run("Tenant: {"), SPELLING, run("{ten", BOLD), '<w:bookmarkStart w:id="0" w:name="b"/>',
    run("ant", RED), "<w:r><w:lastRenderedPageBreak/></w:r>", run("_name}} and more"),
)  # fmt: skip


def text_of(data: bytes, part: str = "word/document.xml") -> str:
    """Texts of a part; line breaks and tabs as they are, paragraphs apart."""
    xml = re.sub(r"<w:(br|tab)/>", lambda m: {"br": "\n", "tab": "\t"}[m[1]], part_of(data, part))
    xml = re.sub(r"</w:p>", "¶", xml)
    inner = re.sub(r"<w:(instrText|delText)[^>]*>[^<]*", "", xml)
    plain = re.sub(r"<[^>]*>", "", inner).replace("\r\n", "")
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        plain = plain.replace(entity, sign)
    return plain.strip("¶\n")


def filled(body: str, **values: str) -> str:
    return text_of(fill(docx(body), values).data)


def test_a_tag_that_word_split_over_runs_is_one_tag() -> None:
    assert tags(docx(SPLIT)) == ("tenant_name",)
    assert filled(SPLIT, tenant_name="Kim Holm") == "Tenant: Kim Holm and more"


def test_a_value_looks_like_the_first_character_of_its_tag() -> None:
    body = paragraph(run("Rent: "), run("{{re", BOLD), run("nt}}", RED))
    made = part_of(fill(docx(body), {"rent": "4.500"}).data)
    assert re.search(r"<w:rPr><w:b/></w:rPr><w:t[^>]*>4.500</w:t>", made)


CELL = f"<w:tbl><w:tr><w:tc>{paragraph('{{in_', run('table}}', BOLD))}</w:tc></w:tr></w:tbl>"
LINK = paragraph(f'<w:hyperlink r:id="rId9">{run("{{in_")}{run("link}}")}</w:hyperlink>')
CONTROL = f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('{{in_control}}')}</w:sdtContent></w:sdt>"
INLINE = paragraph(
    f"<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>{run('{{in_')}"
    f"{run('words}}')}</w:sdtContent></w:sdt>"
)
INSERTED = paragraph(f'<w:ins w:id="1" w:author="K">{run("{{in_")}</w:ins>', run("change}}"))
FIELD = paragraph(
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF b </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>', run("{{in_field}}"),
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
)  # fmt: skip
BOX = (
    "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent>"
    f"{paragraph('{{in_box}}')}</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback>"
    f"<w:pict><v:textbox><w:txbxContent>{paragraph('{{in_box}}')}</w:txbxContent></v:textbox>"
    "</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
PLACES = {
    "table": CELL, "link": LINK, "control": CONTROL, "words": INLINE, "change": INSERTED,
    "field": FIELD, "box": paragraph(run("Box: "), BOX),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_tag_is_replaced_wherever_it_stands(place: str) -> None:
    body = PLACES[place]
    assert tags(docx(body)) == (f"in_{place}",)
    made = filled(body, **{f"in_{place}": "VALUE"})
    assert "VALUE" in made
    assert "{" not in made


def test_a_text_box_that_is_anchored_inside_of_a_tag_divides_it_not() -> None:
    body = paragraph(run("{{out"), BOX, run("side}}"))
    assert tags(docx(body)) == ("outside", "in_box")
    made = fill(docx(body), {"outside": "A", "in_box": "B"})
    assert part_of(made.data).count(">A<") == 1
    assert part_of(made.data).count(">B<") == 2  # for readers of today and of old


def test_headers_footers_and_notes_are_filled_and_come_after_the_body() -> None:
    making = Making(
        headers=[paragraph("{{head}}"), paragraph("{{second}}")],
        footers=[paragraph("{{foot}}")],
        footnotes=f'<w:footnote w:id="1">{paragraph("{{note}}")}</w:footnote>',
        endnotes=f'<w:endnote w:id="1">{paragraph("{{end}}")}</w:endnote>',
    )
    made = docx("{{b}} {{a}} {{b}}", CELL, making=making)
    found = tags(made)
    assert found == ("b", "a", "in_table", "head", "second", "foot", "note", "end")
    done = fill(made, {name: name.upper() for name in found})
    assert (done.empty, done.unused) == ((), ())
    for part in ("header1", "header2", "footer1", "footnotes", "endnotes"):
        assert "{" not in text_of(done.data, f"word/{part}.xml")


def test_comments_are_left_alone() -> None:
    comments = f'<w:comment w:id="1" w:author="K">{paragraph("use {{tag}} here")}</w:comment>'
    made = docx("{{tag}}", making=Making(comments=comments))
    done = fill(made, {"tag": "x"}).data
    assert "{{tag}}" in part_of(done, "word/comments.xml")
    assert text_of(done) == "x"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("<b>&\"'</b> ]]> <!-- -->", "<b>&\"'</b> ]]> <!-- -->"),
        ("Street 1\r\n2100 City\rDK", "Street 1\n2100 City\nDK"),
        ("a\u2028b\x0bc", "a\nb\nc"),
        ("one\ttwo", "one\ttwo"),
        ("a\x00b\x07\x1b\ufffe\ud800c", "abc"),
        ("  two  blanks  ", "  two  blanks  "),
        ("Åse 王 🙂 e\u0301 אב", "Åse 王 🙂 e\u0301 אב"),
        ("{{b}} {{{{", "{{b}} {{{{"),
        ("", ""),
        ("\n", "\n"),
        ("x" * 100_000, "x" * 100_000),
    ],
)
def test_a_value_is_text_and_nothing_else(value: str, shown: str) -> None:
    body = paragraph(run("[{{"), run("a}}]"))
    assert filled(body, a=value, b="never") == f"[{shown}]"


@pytest.mark.parametrize(
    "text",
    [
        "{{", "}}", "{{}}", "{{ }}", "{{two words}}", "{{a}", "{a}}", "{ {a} }", "{{7*7}}",
        "{% for i in range(99999) %}", "{{ f('id') }}", "{{a|b}}", "{{" + "x" * 101 + "}}",
        "{{a\u200bb}}",
    ],
)  # fmt: skip
def test_braces_that_are_no_tag_stay(text: str) -> None:
    made = docx(paragraph(run(text)))
    assert tags(made) == ()
    assert fill(made, {"a": "x"}).data == made


def test_a_line_break_or_another_paragraph_ends_no_tag() -> None:
    broken = paragraph(run("{{a"), "<w:r><w:br/></w:r>", run("b}}"))
    assert tags(docx(broken, "{{c", "d}}")) == ()


@pytest.mark.parametrize("tag", ["{{navn}}", "{{ navn }}", "{{\u00a0navn}}", "{{{navn}}}"])
def test_blanks_inside_of_the_braces_do_not_count(tag: str) -> None:
    assert tags(docx(paragraph(run(tag)))) == ("navn",)


def test_names_differ_by_case_and_may_be_of_any_language() -> None:
    made = docx("{{Name}} {{name}} {{größe_2}} {{a.b-c}} {{氏名}}")
    assert tags(made) == ("Name", "name", "größe_2", "a.b-c", "氏名")


def test_what_has_no_value_becomes_empty_and_both_kinds_of_mismatch_are_told() -> None:
    done = fill(docx("[{{given}}] [{{forgotten}}]"), {"given": "x", "other": "y", "given2": ""})
    assert text_of(done.data) == "[x] []"
    assert done.empty == ("forgotten",)
    assert done.unused == ("other", "given2")


def test_a_control_no_longer_shows_what_is_stored_elsewhere() -> None:
    body = (
        "<w:sdt><w:sdtPr><w:showingPlcHdr/><w:dataBinding w:xpath='/x' w:storeItemID='{1}'/>"
        f"<w:text/></w:sdtPr><w:sdtContent>{paragraph('{{a}}')}</w:sdtContent></w:sdt>"
    )
    made = part_of(fill(docx(body), {"a": "x"}).data)
    assert "dataBinding" not in made
    assert "showingPlcHdr" not in made
    assert "<w:text/>" in made


def test_all_other_parts_stay_byte_for_byte() -> None:
    making = Making(headers=[paragraph("none here")], parts={"word/media/a.png": bytes(5000)})
    made = docx("{{a}}", making=making)
    done = fill(made, {"a": "x"}).data
    assert raw_parts(done).keys() == raw_parts(made).keys()
    changed = [name for name, raw in raw_parts(made).items() if raw_parts(done)[name] != raw]
    assert changed == ["word/document.xml"]
    with zipfile.ZipFile(io.BytesIO(done)) as package:
        assert package.testzip() is None


def raw_parts(data: bytes) -> dict[str, tuple[bytes, int, int]]:
    """Each part as it is packed, with its checksum and size."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        found = {}
        for part in package.infolist():
            begin = part.header_offset + 30 + len(part.filename.encode())
            packed = data[begin : begin + part.compress_size]
            found[part.filename] = (packed, part.CRC, part.file_size)
    return found


TEXTS = st.lists(st.sampled_from(["{{", "}}", "a", "b", " ", "x", "{", "}"]), max_size=12)


@settings(max_examples=150, deadline=None)
@given(pieces=TEXTS, cuts=st.lists(st.integers(0, 20), max_size=6), value=st.text(max_size=4))
def test_how_text_is_cut_into_runs_makes_no_difference(
    pieces: list[str], cuts: list[int], value: str
) -> None:
    text = "".join(pieces)
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    runs = [run(text[a:b]) for a, b in pairwise(places)]
    whole, cut = docx(paragraph(run(text))), docx(paragraph(*runs))
    values = {"a": value, "b": "B"}
    assert tags(cut) == tags(whole)
    assert text_of(fill(cut, values).data) == text_of(fill(whole, values).data)
