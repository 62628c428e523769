"""What a signature looks like in a file that we may only add to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from countersign.pdf.geometry import PageBox
from countersign.pdf.image import pdf_image
from countersign.pdf.stamp import Mark, signature_content
from countersign.pdf.text import Typesetter

# pyHanko leaves these untyped
_integer: Callable[[int], generic.PdfObject] = generic.NumberObject
_real: Callable[[str], generic.PdfObject] = generic.FloatObject
_new_dictionary: Callable[[Mapping[generic.NameObject, generic.PdfObject]], generic.PdfObject]
_new_dictionary = generic.DictionaryObject


@dataclass(frozen=True)
class Place:
    """Where a signature shows: `page` from 0, fractions of the visible page, origin top left."""

    page: int
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Look:
    """What shows there: the text or a PNG from `normalise_signature`, and small lines below it."""

    text: str
    lines: tuple[str, ...] = ()
    image: bytes | None = None


class Stamp:
    """What pyHanko takes for a stamp style: draws into the field what an act draws elsewhere."""

    def __init__(self, page: PageBox, place: Place, look: Look) -> None:
        width, height = page.seen
        self._size = (place.w * width, place.h * height)
        self._rotate = page.rotate
        self._look = look
        self.rect = page.rect(place.x * width, place.y * height, *self._size)

    def create_stamp(self, writer: BasePdfFileWriter, _box: object, _params: object) -> "_Drawn":
        return _Drawn(writer.add_object(self._appearance(writer)))

    def _appearance(self, writer: BasePdfFileWriter) -> generic.StreamObject:
        image = pdf_image(self._look.image) if self._look.image else None
        mark = Mark(self._look.text, image.pixels if image else None)
        # No font of the base to draw with: all text becomes outlines
        content = signature_content(Typesetter(""), self._size, mark, self._look.lines)
        resources = {"/Font": _dictionary({"/F": _helvetica()})}
        if image:
            picture = _Picture(writer, image.pixels)
            mask = picture.add("/DeviceGray", image.mask)
            shown = picture.add("/DeviceRGB", image.colours, mask)
            resources["/XObject"] = _dictionary({"/Im": shown})
        entries = {
            **_names(Type="/XObject", Subtype="/Form"),
            "/BBox": _numbers(0, 0, *self._size),
            "/Matrix": _numbers(*self._matrix()),
            "/Resources": _dictionary(resources),
        }
        return _stream(entries, stream_data=content.encode("ascii"))

    def _matrix(self) -> tuple[float, ...]:
        width, height = self._size
        return {
            90: (0, 1, -1, 0, height, 0),
            180: (-1, 0, 0, -1, width, height),
            270: (0, -1, 1, 0, 0, width),
        }.get(self._rotate, (1, 0, 0, 1, 0, 0))


class _Drawn:
    def __init__(self, appearance: generic.IndirectObject) -> None:
        self._appearance = appearance

    def apply_appearance(self, annotation: generic.DictionaryObject) -> None:
        annotation[pdf_name("/AP")] = _dictionary({"/N": self._appearance})


class _Picture:
    """Adds the deflated planes of an image to a file."""

    def __init__(self, writer: BasePdfFileWriter, pixels: tuple[int, int]) -> None:
        self._writer = writer
        self._pixels = pixels

    def add(
        self, colours: str, deflated: bytes, mask: generic.IndirectObject | None = None
    ) -> generic.IndirectObject:
        width, height = self._pixels
        entries = {
            **_names(Type="/XObject", Subtype="/Image", Filter="/FlateDecode"),
            **_names(ColorSpace=colours),
            "/Width": _integer(width),
            "/Height": _integer(height),
            "/BitsPerComponent": _integer(8),
            **({"/SMask": mask} if mask else {}),
        }
        return self._writer.add_object(_stream(entries, encoded_data=deflated))


def _stream(
    entries: Mapping[str, generic.PdfObject],
    stream_data: bytes | None = None,
    encoded_data: bytes | None = None,
) -> generic.StreamObject:
    named = {pdf_name(key): value for key, value in entries.items()}
    return generic.StreamObject(named, stream_data, encoded_data)


def _helvetica() -> generic.PdfObject:
    """Carries the invisible text behind outlines; nothing that shows is drawn with it."""
    return _dictionary(_names(Type="/Font", Subtype="/Type1", BaseFont="/Helvetica"))


def _dictionary(entries: Mapping[str, generic.PdfObject]) -> generic.PdfObject:
    return _new_dictionary({pdf_name(key): value for key, value in entries.items()})


def _names(**entries: str) -> dict[str, generic.PdfObject]:
    return {f"/{key}": pdf_name(value) for key, value in entries.items()}


def _numbers(*values: float) -> generic.PdfObject:
    return generic.ArrayObject([_real(f"{value:.2f}") for value in values])
