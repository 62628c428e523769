"""The font that every base embeds once: Latin, Vietnamese, Greek and Cyrillic of Noto Sans.

Type 0 with Identity-H (ISO 32000-2, 9.7) and the glyph numbers of the font file, so that an act
writes text with a table lookup per character and no font object of its own.
"""

import hashlib
import unicodedata
from collections.abc import Callable
from functools import cache

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


class SharedFont:
    """Widths in thousandths of the font size, as PDF counts them."""

    def __init__(self, face: Face) -> None:
        codes = [code for low, high in _RANGES for code in range(low, high + 1)]
        self.glyphs = {
            code: face.font.get_nominal_glyph(code)
            for code in codes
            if code in face.characters and not unicodedata.combining(chr(code))
        }
        self.face = face
        self.widths = {
            chr(code): face.font.get_glyph_h_advance(glyph) * 1000 / face.upem
            for code, glyph in self.glyphs.items()
        }
        self._hex = {code: f"{glyph:04x}" for code, glyph in self.glyphs.items()}
        # Bound here because it is asked a dozen times in every act
        self.covers: Callable[[str], bool] = frozenset(self.widths).issuperset
        self.space = self._hex[0x20]
        self.space_width = self.widths[" "]
        # Glyph numbers belong to this very file: an embedded copy of another version has others
        self.fingerprint = hashlib.sha256(repr(sorted(self.glyphs.items())).encode()).hexdigest()[
            :16
        ]

    def encode(self, text: str) -> str:
        """The text as the hexadecimal string of glyph numbers that Tj shows."""
        return text.translate(self._hex)

    def width(self, text: str) -> float:
        total: float = sum(map(self.widths.__getitem__, text))
        return total


@cache
def shared_font() -> SharedFont:
    """The shared font of this process."""
    return SharedFont(fonts().base)
