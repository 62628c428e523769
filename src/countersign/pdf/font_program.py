"""The shared font as objects of a base (ISO 32000-2, 9.7.6): its program cut down to the characters
that it covers, their widths, and the way back from glyphs to text."""

import zlib
from functools import cache

import pikepdf
import uharfbuzz as hb
from pikepdf import Array, Dictionary, Name, String

from countersign.pdf.shared_font import SharedFont

_NAME = Name("/CNTSGN+NotoSans")


def default_appearance(size: float) -> String:
    """/DA of a text field (12.7.4.3): the shared font, black."""
    return String(f"/F {size:g} Tf 0 g")


def embed(font: SharedFont, pdf: pikepdf.Pdf) -> pikepdf.Object:
    """The font as objects of `pdf`; returns the Type 0 dictionary."""
    program, compressed = _program(font.face.face, frozenset(font.glyphs))
    file = pikepdf.Stream(pdf, compressed, Filter=Name.FlateDecode, Length1=len(program))
    descendant = pikepdf.Object.parse(_descendant(font))
    descendant.FontDescriptor = pdf.make_indirect(_descriptor(font, pdf.make_indirect(file)))
    unicode_map = pikepdf.Stream(pdf, zlib.compress(_to_unicode(font)), Filter=Name.FlateDecode)
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=_NAME,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_indirect(unicode_map),
        )
    )


@cache
def _descendant(font: SharedFont) -> bytes:
    """The CIDFont with its widths, one array per run of adjacent glyphs."""
    widths = {glyph: round(font.widths[chr(code)]) for code, glyph in font.glyphs.items()}
    parts, last = [], -2
    for glyph in sorted(widths):
        parts.append(f" {widths[glyph]}" if glyph == last + 1 else f"]{glyph}[{widths[glyph]}")
        last = glyph
    table = "".join(parts)[1:] + "]"
    return (
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont{_NAME}/DW 600/CIDToGIDMap/Identity"
        f"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/W[{table}]>>"
    ).encode()


def _descriptor(font: SharedFont, file: pikepdf.Object) -> Dictionary:
    extents = font.face.font.get_font_extents("ltr")
    scale = 1000 / font.face.upem
    return Dictionary(
        Type=Name.FontDescriptor,
        FontName=_NAME,
        Flags=4,
        FontBBox=Array([-621, -400, 2800, 1067]),
        ItalicAngle=0,
        Ascent=round(extents.ascender * scale),
        Descent=round(extents.descender * scale),
        CapHeight=714,
        StemV=80,
        FontFile2=file,
    )


@cache
def _to_unicode(font: SharedFont) -> bytes:
    pairs = [f"<{glyph:04x}> <{code:04x}>" for code, glyph in font.glyphs.items()]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    body = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def"
        " /CMapName /Countersign def"
        " 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{body}\nendcmap end end"
    ).encode()


@cache
def _program(face: hb.Face, codes: frozenset[int]) -> tuple[bytes, bytes]:
    """The font file cut down to `codes`, plain and deflated."""
    wanted = hb.SubsetInput()
    wanted.unicode_set.update(codes)
    wanted.flags = hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NO_HINTING
    wanted.drop_table_tag_set.update(
        int.from_bytes(tag, "big") for tag in (b"GSUB", b"GPOS", b"GDEF", b"name", b"post", b"OS/2")
    )
    program = bytes(hb.subset(face, wanted).blob.data)
    return program, zlib.compress(program, 9)
