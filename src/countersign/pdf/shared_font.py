"""The font that every base embeds once: Latin, Vietnamese, Greek and Cyrillic of Noto Sans.

Type 0 with Identity-H (ISO 32000-2, 9.7) and the glyph numbers of the font file, so that an act
writes text with a table lookup per character and no font object of its own.
"""

import hashlib
import unicodedata
import zlib
from collections.abc import Callable
from functools import cache

import pikepdf
import uharfbuzz as hb
from pikepdf import Array, Dictionary, Name, String

from countersign.pdf.fonts import Face, fonts

# What most names and values use: every base carries it. Other characters become outlines
_RANGES = (
    (0x0020, 0x007E),
    (0x00A0, 0x017F),
    (0x01A0, 0x01A1),
    (0x01AF, 0x01B0),
    (0x0218, 0x021B),
    (0x0384, 0x03CE),
    (0x0400, 0x045F),
    (0x0490, 0x0491),
    (0x1EA0, 0x1EF9),
    (0x2010, 0x2027),
    (0x2030, 0x203A),
    (0x20AC, 0x20AC),
    (0x2116, 0x2116),
)
_NAME = Name("/CNTSGN+NotoSans")


class SharedFont:
    """Widths in thousandths of the font size, as PDF counts them."""

    def __init__(self, face: Face) -> None:
        codes = [code for low, high in _RANGES for code in range(low, high + 1)]
        self.glyphs = {
            code: face.font.get_nominal_glyph(code)
            for code in codes
            if code in face.characters and not unicodedata.combining(chr(code))
        }
        self._face = face
        self._widths = {
            chr(code): face.font.get_glyph_h_advance(glyph) * 1000 / face.upem
            for code, glyph in self.glyphs.items()
        }
        self._hex = {code: f"{glyph:04x}" for code, glyph in self.glyphs.items()}
        # Bound here because it is asked a dozen times in every act
        self.covers: Callable[[str], bool] = frozenset(self._widths).issuperset
        self.space = self._hex[0x20]
        self.space_width = self._widths[" "]
        # Glyph numbers belong to this very file: an embedded copy of another version has others
        self.fingerprint = hashlib.sha256(repr(sorted(self.glyphs.items())).encode()).hexdigest()[
            :16
        ]

    def encode(self, text: str) -> str:
        """The text as the hexadecimal string of glyph numbers that Tj shows."""
        return text.translate(self._hex)

    def width(self, text: str) -> float:
        total: float = sum(map(self._widths.__getitem__, text))
        return total

    def embed(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """The font as objects of `pdf`; returns the Type 0 dictionary."""
        program, compressed = _program(self._face.face, frozenset(self.glyphs))
        file = pikepdf.Stream(pdf, compressed, Filter=Name.FlateDecode, Length1=len(program))
        descendant = pikepdf.Object.parse(self._descendant())
        descendant.FontDescriptor = pdf.make_indirect(self._descriptor(pdf.make_indirect(file)))
        unicode_map = pikepdf.Stream(
            pdf, zlib.compress(self._to_unicode()), Filter=Name.FlateDecode
        )
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

    @cache  # noqa: B019 - one instance per process
    def _descendant(self) -> bytes:
        """The CIDFont with its widths, one array per run of adjacent glyphs."""
        widths = {glyph: round(self._widths[chr(code)]) for code, glyph in self.glyphs.items()}
        parts, last = [], -2
        for glyph in sorted(widths):
            parts.append(f" {widths[glyph]}" if glyph == last + 1 else f"]{glyph}[{widths[glyph]}")
            last = glyph
        table = "".join(parts)[1:] + "]"
        return (
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont{_NAME}/DW 600/CIDToGIDMap/Identity"
            f"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/W[{table}]>>"
        ).encode()

    def _descriptor(self, file: pikepdf.Object) -> Dictionary:
        extents = self._face.font.get_font_extents("ltr")
        scale = 1000 / self._face.upem
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

    @cache  # noqa: B019 - one instance per process
    def _to_unicode(self) -> bytes:
        pairs = [f"<{glyph:04x}> <{code:04x}>" for code, glyph in self.glyphs.items()]
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


def default_appearance(size: float) -> String:
    """/DA of a text field (12.7.4.3): the shared font, black."""
    return String(f"/F {size:g} Tf 0 g")


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


@cache
def shared_font() -> SharedFont:
    """The shared font of this process."""
    return SharedFont(fonts().base)
