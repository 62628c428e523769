"""What reaches outside of a document is taken out, and nothing else."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from countersign.docx import harmless
from tests.support.docx import Making, Relation, docx, paragraph, part_of, run

AWAY = "http://192.0.2.1/a"
RELATIONS = "word/_rels/document.xml.rels"


def relations(*given: Relation) -> str:
    return part_of(harmless(docx("x", making=Making(relations=given))), RELATIONS)


@pytest.mark.parametrize(
    "kind",
    ["image", "attachedTemplate", "oleObject", "subDocument", "frame", "video", "mailMergeSource",
     "package", "aFChunk", "footer"],
)  # fmt: skip
@pytest.mark.parametrize("target", [AWAY, "file:///etc/passwd", "\\\\192.0.2.1\\share\\a.png"])
def test_a_relationship_to_the_outside_goes(kind: str, target: str) -> None:
    made = relations(Relation(id="rId7", kind=kind, target=target, external=True))
    assert "rId7" not in made


def test_a_relationship_that_only_calls_itself_internal_goes_too() -> None:
    assert "rId7" not in relations(Relation(id="rId7", kind="image", target="file:///etc/passwd"))


def test_hyperlinks_and_pictures_of_the_file_itself_stay() -> None:
    kept = (
        Relation(id="rId7", kind="hyperlink", target=AWAY, external=True),
        Relation(id="rId8", kind="image", target="media/a.png"),
    )
    made = relations(*kept)
    assert "rId7" in made
    assert "rId8" in made


@pytest.mark.parametrize("kind", ["oleObject", "package", "aFChunk", "control"])
def test_embedded_files_of_other_formats_go(kind: str) -> None:
    made = relations(Relation(id="rId7", kind=kind, target="embeddings/a.bin"))
    assert "rId7" not in made


def test_an_embedded_object_leaves_its_picture() -> None:
    body = paragraph(
        '<w:r><w:object><v:shape id="s"><v:imagedata r:id="rId8"/></v:shape>'
        '<o:OLEObject Type="Embed" ProgID="Excel.Sheet.12" ShapeID="s" r:id="rId7"/>'
        "</w:object></w:r>"
    )
    made = part_of(harmless(docx(body)))
    assert "OLEObject" not in made
    assert '<w:pict><v:shape id="s"><v:imagedata r:id="rId8"/></v:shape></w:pict>' in made


def test_addresses_in_drawings_of_old_go() -> None:
    picture = f'<v:imagedata src="{AWAY}" o:href="{AWAY}"/>'
    body = paragraph(f"<w:r><w:pict><v:shape>{picture}</v:shape></w:pict></w:r>")
    assert AWAY not in part_of(harmless(docx(body)))


def code(*pieces: str) -> str:
    """A field as Word writes it, with its code in these pieces and a result."""
    middle = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>{middle}'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("as it was")}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


@pytest.mark.parametrize(
    "pieces",
    [
        (f' INCLUDEPICTURE "{AWAY}" \\d ',),
        (" INCLU", f'DETEXT "{AWAY}"'),
        (f" includetext {AWAY}",),
        (f" DDEAUTO soffice {AWAY}",),
        (f" LINK Excel.Sheet.8 {AWAY}",),
    ],
)
def test_a_field_that_fetches_keeps_only_its_last_result(pieces: tuple[str, ...]) -> None:
    outer = paragraph(code(*pieces))
    inner = paragraph(code(" IF 1 = 1 ").replace(run("as it was"), code(*pieces)))
    for body in (outer, inner):
        made = part_of(harmless(docx(body)))
        assert AWAY not in made
        assert "as it was" in made


def test_a_simple_field_that_fetches_keeps_only_its_last_result() -> None:
    body = paragraph(f'<w:fldSimple w:instr=" INCLUDETEXT {AWAY} ">{run("was")}</w:fldSimple>')
    made = part_of(harmless(docx(body)))
    assert AWAY not in made
    assert ">was<" in made


def test_other_fields_stay() -> None:
    body = paragraph(code(" PAGE "), code(' HYPERLINK "https://a.example" '), code(" TOC \\o "))
    data = docx(body)
    assert part_of(harmless(data)) == part_of(data)


def test_documents_in_other_formats_inside_of_the_text_go() -> None:
    data = docx('<w:altChunk r:id="rId7"/>', "stays")
    made = part_of(harmless(data))
    assert "altChunk" not in made
    assert "stays" in made


def test_a_file_cannot_be_an_open_document_at_the_same_time() -> None:
    both = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>",
            "META-INF/manifest.xml": "<a/>"}  # fmt: skip
    made = harmless(docx("x", making=Making(parts=both)))
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert not set(both) & set(package.namelist())


SVG = b'<svg xmlns:xlink="x"><image xlink:href="file:///etc/passwd"/></svg>'


@pytest.mark.parametrize(
    "content",
    [SVG, b"\xef\xbb\xbf\n" + SVG, SVG.decode().encode("utf-16"), gzip.compress(SVG)],
    ids=["plain", "marked", "utf-16", "packed"],
)
def test_a_drawing_that_may_show_other_files_goes_by_whatever_name(content: bytes) -> None:
    parts = {
        "word/media/a.png": content,
        "word/media/b.png": b"\x89PNG\r\n",
        "word/c.emz": b"\x1f\x8b",
    }
    with zipfile.ZipFile(io.BytesIO(harmless(docx("x", making=Making(parts=parts))))) as package:
        names = set(package.namelist())
    assert "word/media/a.png" not in names
    assert {"word/media/b.png", "word/c.emz"} <= names
