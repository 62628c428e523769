"""Where fonts come from, and which of them draws a character.

Searched in this order: those that come with Countersign (fonts/README.md), a directory from the
settings, the usual places of the system. Files are mapped into memory, not read, so all processes
share them.
"""

import logging
from functools import cache, cached_property
from pathlib import Path

import uharfbuzz as hb

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).with_name("fonts")
_SHIPPED_FILES = (
    "NotoSans-Regular.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansCJKsc-Names.otf",
)
_SYSTEM_PLACES = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
# Whole families with wide coverage; a desktop's hundreds of display fonts are not looked at
_SYSTEM_PATTERNS: tuple[str, ...] = (
    "NotoSans-Regular.*",
    "NotoSans[A-Z]*-Regular.*",
    "NotoSansCJK*.ttc",
    "DejaVuSans.ttf",
    "DroidSansFallback*.ttf",
    "Arial Unicode.ttf",
)
# A character that stands for its script, for `doctor`
_SAMPLES = {
    "Latin": "å",
    "Vietnamese": "ế",
    "Greek": "ψ",
    "Cyrillic": "ж",
    "Arabic": "ع",
    "Hebrew": "ש",
    "Chinese": "龙",
    "Japanese": "ひ",
    "Korean": "한",
    "Thai": "ก",
    "Devanagari": "क",
}


class Face:
    """One font file that HarfBuzz can shape with."""

    def __init__(self, path: Path, index: int = 0) -> None:
        self.path = path
        self.face = hb.Face(hb.Blob.from_file_path(str(path)), index)
        self.font = hb.Font(self.face)
        self.upem: int = self.face.upem

    @cached_property
    def characters(self) -> frozenset[int]:
        return frozenset(self.face.unicodes)


class Fonts:
    """The faces at hand: the shipped ones, and others once a character needs them."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self.base = Face(SHIPPED / _SHIPPED_FILES[0])
        self._faces = [self.base, *(Face(SHIPPED / name) for name in _SHIPPED_FILES[1:])]
        self._others_loaded = False
        self._found: dict[int, Face | None] = {}

    def face_for(self, character: str) -> Face | None:
        """The first face that has the character; None when no font at hand has it."""
        code = ord(character)
        if code not in self._found:
            self._found[code] = self._search(code)
        return self._found[code]

    def missing_scripts(self) -> list[str]:
        """Names of scripts that would show as replacement boxes here, for `doctor`."""
        return [script for script, sample in _SAMPLES.items() if self.face_for(sample) is None]

    def _search(self, code: int) -> Face | None:
        face = next((face for face in self._faces if code in face.characters), None)
        if face is None and not self._others_loaded:
            # Walking the system's fonts takes a while, so only for a character nobody shipped
            self._others_loaded = True
            self._faces += _other_faces(self._directory)
            return self._search(code)
        return face


def _other_faces(directory: Path | None) -> list[Face]:
    places = [(place, _SYSTEM_PATTERNS) for place in _SYSTEM_PLACES]
    if directory:
        places.insert(0, (directory, ("*.ttf", "*.otf", "*.ttc")))
    paths = [
        path
        for place, patterns in places
        if place.is_dir()
        for pattern in patterns
        for path in sorted(place.rglob(pattern))
    ]
    return [face for path in paths if (face := _open(path)) is not None]


def _open(path: Path) -> Face | None:
    try:
        face = Face(path)
        return face if face.characters else None
    except (OSError, hb.HarfBuzzError) as error:
        log.warning("font %s cannot be used: %s", path.name, error)
        return None


_directory: Path | None = None


def use_font_directory(directory: Path | None) -> None:
    """Set the directory of additional fonts; called once at start-up, before anything is drawn."""
    global _directory
    _directory = directory
    fonts.cache_clear()


@cache
def fonts() -> Fonts:
    """The fonts of this process."""
    return Fonts(_directory)
