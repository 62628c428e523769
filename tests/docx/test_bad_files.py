"""Files of strangers: refused with a reason, at once, and never with another error."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.docx import UnusableDocx, fill, harmless, tags
from tests.support.docx import DECLARATION, MAIN, SPACES, Making, docx, packed, paragraph

GOOD = docx("Hello {{name}}", making=Making(headers=[paragraph("{{head}}")]))
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
ENTITY = "<!DOCTYPE d [<!ENTITY a 'b'>]>"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def with_part(name: str, content: str | bytes) -> bytes:
    return docx("x", making=Making(parts={name: content}))


def with_document(inner: str, before: str = DECLARATION) -> bytes:
    return with_part("word/document.xml", f"{before}<w:document {SPACES}>{inner}</w:document>")


def lied_about_size(data: bytes) -> bytes:
    """The list of parts says of the document that it is one byte."""
    place = data.rindex(b"word/document.xml") - 46
    return data[: place + 24] + struct.pack("<I", 1) + data[place + 28 :]


def marked_as_encrypted(data: bytes) -> bytes:
    place = data.rindex(b"word/document.xml") - 46
    return data[: place + 8] + b"\1\0" + data[place + 10 :]


def damaged(data: bytes) -> bytes:
    place = data.index(b"word/document.xml") + 60
    return data[:place] + bytes(20) + data[place + 20 :]


def bomb_of(part_bytes: int, parts: int) -> bytes:
    zeros = b" " * part_bytes
    return docx("x", making=Making(parts={f"word/media/{n}.png": zeros for n in range(parts)}))


def many_parts() -> bytes:
    return docx("x", making=Making(parts={f"{n}": "" for n in range(4100)}))


def laughing() -> bytes:
    steps = [f'<!ENTITY {name} "{f"&{below};" * 10}">' for below, name in pairwise("abcdefghij")]
    kind = f"<!DOCTYPE d [<!ENTITY a 'lol'>{''.join(steps)}]>"
    return with_document(f"<w:body>{paragraph('<w:r><w:t>&j;</w:t></w:r>')}</w:body>", kind)


def reading_a_file() -> bytes:
    kind = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return with_document(f"<w:body>{paragraph('<w:r><w:t>&x;</w:t></w:r>')}</w:body>", kind)


def in_utf_16(data: str) -> bytes:
    return ("<?xml version='1.0' encoding='UTF-16'?>" + data).encode("utf-16")


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "not_docx"),
    "a PDF": (lambda: b"%PDF-1.7\n", "not_docx"),
    "a DOC": (lambda: OLE + bytes(4096), "not_docx"),
    "a DOCX with password": (
        lambda: OLE + bytes(512) + "EncryptedPackage".encode("utf-16-le"),
        "encrypted",
    ),
    "a zip": (lambda: packed({"a.txt": "x"}), "not_docx"),
    "an empty zip": (lambda: b"PK\5\6" + bytes(18), "not_docx"),
    "a workbook": (lambda: docx("x", making=Making(main=SHEET)), "not_docx"),
    "a DOCM": (lambda: docx("x", making=Making(main=MACROS)), "macros"),
    "macros by another name": (lambda: with_part("word/vbaProject.bin", b"x"), "macros"),
    "half a file": (lambda: GOOD[: len(GOOD) // 2], "broken"),
    "a damaged part": (lambda: damaged(GOOD), "broken"),
    "a size that is a lie": (lambda: lied_about_size(GOOD), "broken"),
    "a zip with password": (lambda: marked_as_encrypted(GOOD), "encrypted"),
    "no XML": (lambda: with_part("word/document.xml", "hello"), "broken"),
    "an empty part": (lambda: with_part("word/document.xml", ""), "broken"),
    "a zip bomb": (lambda: bomb_of(70 << 20, 4), "too_large"),
    "too many parts": (many_parts, "too_large"),
    "a giant part": (lambda: with_part("word/document.xml", b" " * (33 << 20)), "too_large"),
    "too many elements": (lambda: with_document("<a/>" * 3_100_000), "too_large"),
    "too deep": (lambda: with_document("<a>" * 300 + "</a>" * 300), "broken"),
    "a billion laughs": (laughing, "broken"),
    "an entity that is a file": (reading_a_file, "broken"),
    "a document type in UTF-16": (
        lambda: with_part("word/document.xml", in_utf_16(f"{ENTITY}<d>&a;</d>")),
        "broken",
    ),
    "two parts of one name": (lambda: with_part("WORD/Document.xml", "<a/>"), "broken"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(case: str) -> None:
    make, code = CASES[case]
    data = make()
    begin = time.monotonic()
    for work in (tags, lambda data: fill(data, {"name": "x"}), harmless):
        with pytest.raises(UnusableDocx) as problem:
            work(data)
        assert problem.value.code == code
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    "picture",
    [
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 30_000, 30_000),
        b"\xff\xd8\xff\xe0\0\x04\0\0\xff\xc2\0\x11\x08" + struct.pack(">HH", 60_000, 60_000),
    ],
    ids=["PNG", "JPEG"],
)
def test_a_picture_that_would_fill_the_memory_is_refused(picture: bytes) -> None:
    with pytest.raises(UnusableDocx) as problem:
        harmless(with_part("word/media/a.png", picture))
    assert problem.value.code == "too_large"


@pytest.mark.slow
def test_a_bomb_is_not_unpacked_to_be_refused() -> None:
    data = bomb_of(70 << 20, 4)
    tracemalloc.start()
    with pytest.raises(UnusableDocx):
        tags(data)
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()


def test_a_document_in_utf_16_is_read() -> None:
    inner = f"<w:document {SPACES}><w:body>{paragraph('{{navn}}')}</w:body></w:document>"
    assert tags(with_part("word/document.xml", in_utf_16(inner))) == ("navn",)


def test_a_strict_document_is_read() -> None:
    inner = paragraph("{{navn}}\n")
    strict = f"<w:document {SPACES}><w:body>{inner}</w:body></w:document>".replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    data = docx("x", making=Making(parts={"word/document.xml": strict}, main=MAIN))
    assert tags(data) == ("navn",)
    with zipfile.ZipFile(io.BytesIO(fill(data, {"navn": "a\nb"}).data)) as package:
        made = package.read("word/document.xml").decode()
    assert "<w:br/>" in made
    assert "{{" not in made


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_damage_makes_another_error(data: st.DataObject) -> None:
    damaged = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    for work in (tags, lambda data: fill(data, {"name": "x"}), harmless):
        with suppress(UnusableDocx):
            work(bytes(damaged))
