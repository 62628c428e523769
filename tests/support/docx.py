"""DOCX files, made of the pieces that Word writes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
MAIN = f"{WORD}.document.main+xml"
SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{OFFICE}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office"'
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
ROOTS = {"header": "hdr", "footer": "ftr"} | {k: k for k in ("footnotes", "endnotes", "comments")}


@dataclass(frozen=True, kw_only=True)
class Relation:
    """`kind` is the last word of its type: image, hyperlink, attachedTemplate, …"""

    id: str
    kind: str
    target: str
    external: bool = False


@dataclass(kw_only=True)
class Making:
    """What `docx` is to put in beside the body. `parts` are more parts by name, `main` the type of
    the document."""

    headers: Sequence[str] = ()
    footers: Sequence[str] = ()
    footnotes: str = ""
    endnotes: str = ""
    comments: str = ""
    relations: Sequence[Relation] = ()
    parts: Mapping[str, str | bytes] = field(default_factory=dict)
    main: str = MAIN


def run(text: str, properties: str = "") -> str:
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r w:rsidR="00A77427">{inner}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*runs: str) -> str:
    """Of runs; what is no markup becomes one."""
    made = "".join(each if each.startswith("<") else run(each) for each in runs)
    return f'<w:p w:rsidR="00A77427" w:rsidRDefault="007F1D13">{made}</w:p>'


def docx(*body: str, making: Making | None = None) -> bytes:
    """A document of these paragraphs, tables and controls; what is no markup becomes one."""
    making = making or Making()
    others = dict(_others(making))
    inner = "".join(each if each.startswith("<") else paragraph(each) for each in body)
    beside = [
        Relation(id=f"rId{name}", kind=kind, target=f"{name}.xml")
        for name, (kind, _text) in others.items()
    ]
    start = Relation(id="rId1", kind="officeDocument", target="word/document.xml")
    return packed(
        {
            "[Content_Types].xml": _types(making.main, others),
            "_rels/.rels": related([start]),
            "word/document.xml": _part("document", f"<w:body>{inner}{_section(others)}</w:body>"),
            "word/_rels/document.xml.rels": related([*making.relations, *beside]),
            **{f"word/{name}.xml": _part(ROOTS[kind], t) for name, (kind, t) in others.items()},
            **making.parts,
        }
    )


def _others(making: Making) -> Iterator[tuple[str, tuple[str, str]]]:
    """The name of each other part with text, its kind and what is in it."""
    for kind, texts in (("header", making.headers), ("footer", making.footers)):
        for number, text in enumerate(texts, 1):
            yield f"{kind}{number}", (kind, text)
    for kind in ("footnotes", "endnotes", "comments"):
        if text := getattr(making, kind):
            yield kind, (kind, text)


def _section(others: Mapping[str, tuple[str, str]]) -> str:
    """An A4 page with the first header and footer."""
    references = "".join(
        f'<w:{kind}Reference w:type="default" r:id="rId{kind}1"/>'
        for kind in ("header", "footer")
        if f"{kind}1" in others
    )
    return (
        f'<w:sectPr>{references}<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="708"'
        ' w:footer="708" w:gutter="0"/></w:sectPr>'
    )


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, 8)
    return made.getvalue()


def part_of(data: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(name).decode()


def related(relations: Sequence[Relation]) -> str:
    inner = "".join(map(_relation, relations))
    return f'{DECLARATION}<Relationships xmlns="{RELATIONS}">{inner}</Relationships>'


def _relation(each: Relation) -> str:
    outside = ' TargetMode="External"' if each.external else ""
    target = escape(each.target)
    return f'<Relationship Id="{each.id}" Type="{OFFICE}/{each.kind}" Target="{target}"{outside}/>'


def _part(name: str, inner: str) -> str:
    return f"{DECLARATION}<w:{name} {SPACES}>{inner}</w:{name}>"


def _types(main: str, others: Mapping[str, tuple[str, str]]) -> str:
    kinds = {f"/word/{name}.xml": f"{WORD}.{kind}+xml" for name, (kind, _) in others.items()}
    kinds["/word/document.xml"] = main
    inner = "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in kinds.items()
    )
    return (
        f'{DECLARATION}<Types xmlns="{TYPES}">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        '<Default Extension="bin" ContentType="application/octet-stream"/>'
        f"{inner}</Types>"
    )
