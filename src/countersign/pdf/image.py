"""Images: made harmless when they come in; signatures turned into PDF images when they are used."""

import io
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageOps, ImageStat

from countersign.pdf.errors import UnusableImage
from countersign.pdf.syntax import stream

MAX_UPLOAD_PIXELS = 25_000_000
MAX_PIXELS = 4_000_000
MAX_WIDTH = 1200
LOGO_BOX = (640, 240)  # pixels: four times what a page or a mail shows, for dense screens
_FORMATS = ("PNG", "JPEG", "WEBP")
_WHITE, _DARK = (255, 255, 255, 255), (0x1D, 0x1F, 0x21, 255)
_BRIGHT = 190  # of 255: white and pale colours, which white paper would swallow
_PAPER = 20  # how far from the corner's colour a pixel must be to count as ink


@dataclass(frozen=True)
class PdfImage:
    """An image as two stream bodies: colours (its mask's number is still open) and mask."""

    pixels: tuple[int, int]
    colours: bytes
    mask: bytes

    def body(self, mask: int) -> bytes:
        """The image object, whose mask is object `mask`."""
        dictionary = b"%s/ColorSpace/DeviceRGB/BitsPerComponent 8/SMask %d 0 R" % (self._head, mask)
        return stream(dictionary + b"/Filter/FlateDecode", self.colours)

    def mask_body(self) -> bytes:
        dictionary = b"%s/ColorSpace/DeviceGray/BitsPerComponent 8" % self._head
        return stream(dictionary + b"/Filter/FlateDecode", self.mask)

    @property
    def _head(self) -> bytes:
        return b"<</Type/XObject/Subtype/Image/Width %d/Height %d" % self.pixels


def normalise_signature(data: bytes) -> bytes:
    """PNG, JPEG or WebP of up to 25 megapixels -> PNG with alpha, upright, trimmed, <= 1200 px.

    Raises UnusableImage for anything else, for a blank picture and for one that is too large to
    open safely.
    """
    picture = _upright(data)
    ink = _ink(picture)
    if ink is None:
        raise UnusableImage("the image is blank")
    return _small_png(picture.crop(ink), (MAX_WIDTH, MAX_WIDTH))


def normalise_logo(data: bytes) -> bytes:
    """PNG, JPEG or WebP of up to 25 megapixels -> PNG, upright, within 640 x 240 px, without
    transparency and without any metadata.

    Raises UnusableImage as `normalise_signature` does; so for SVG too, which may hold scripts.
    """
    picture = _upright(data)
    visible = _visible(picture)
    if visible is None:
        raise UnusableImage("the image is blank")
    picture = picture.crop(visible)
    if picture.getchannel("A").getextrema() == (255, 255):
        return _small_png(picture, LOGO_BOX)
    return _small_png(_on_plate(picture), LOGO_BOX)


def pdf_image(png: bytes) -> PdfImage:
    """For embedding: a PNG of at most 4 megapixels, else UnusableImage."""
    with open_image(png, MAX_PIXELS) as image:
        picture = image.convert("RGBA")
    mask = picture.getchannel("A")
    return PdfImage(
        picture.size,
        zlib.compress(picture.convert("RGB").tobytes(), 6),
        zlib.compress(mask.tobytes(), 6),
    )


def _upright(data: bytes) -> Image.Image:
    with open_image(data, MAX_UPLOAD_PIXELS) as image:
        return ImageOps.exif_transpose(_reduced(image)).convert("RGBA")


def _small_png(picture: Image.Image, box: tuple[int, int]) -> bytes:
    if picture.width > box[0] or picture.height > box[1]:
        picture.thumbnail(box, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    Image.frombytes("RGBA", picture.size, picture.tobytes()).save(out, "PNG", compress_level=6)
    return out.getvalue()


@contextmanager
def open_image(data: bytes, most: int) -> Iterator[Image.Image]:
    """Open and decode, with the size checked before a pixel is decoded: `most` pixels, of a format
    that can't be read smaller than it is 25 million at most. Raises UnusableImage."""
    try:
        with warnings.catch_warnings():
            # Our own limit is stricter than Pillow's warning about decompression bombs
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
        if image.width * image.height > (most if image.format == "JPEG" else _least(most)):
            raise UnusableImage(f"the image has {image.width} x {image.height} pixels; too many")
        with image:
            yield _eight_bit(image)
    except UnusableImage:
        raise
    # Pillow's decoders raise many kinds of errors on crafted files; all of them mean the same here
    except Exception as error:
        raise UnusableImage("the image cannot be read as PNG, JPEG or WebP") from error


def _least(most: int) -> int:
    return min(most, MAX_UPLOAD_PIXELS)


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scanners write 16 bits of grey. Pillow would cut them off at 255, which leaves white paper;
    its bytes come least significant first."""
    if image.mode != "I;16":
        return image
    return _keep_exif(image, Image.frombytes("L", image.size, image.tobytes()[1::2]))


def _reduced(image: Image.Image) -> Image.Image:
    """JPEG decoders can shrink while they decode: a photo needs a fraction of its memory."""
    image.draft("RGB", (MAX_WIDTH * 2, MAX_WIDTH * 2))
    if image.width * image.height > MAX_PIXELS:
        factor = max(2, round(max(image.size) / (2 * MAX_WIDTH)))
        return _keep_exif(image, image.convert("RGBA").reduce(factor))
    return image


def _keep_exif(source: Image.Image, result: Image.Image) -> Image.Image:
    result.getexif().update(source.getexif())
    return result


def _ink(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """The box of what is drawn: opaque pixels, or, if all are, those unlike the corner."""
    lowest, _ = picture.getchannel("A").getextrema()
    if lowest < 255:  # type: ignore[operator]
        return _visible(picture)
    colours = picture.convert("RGB")
    paper = Image.new("RGB", colours.size, colours.getpixel((0, 0)))
    difference = ImageChops.difference(colours, paper).convert("L")
    return difference.point(lambda value: 255 if value > _PAPER else 0).getbbox()


def _on_plate(picture: Image.Image) -> Image.Image:
    """A logo drawn for one ground is lost on others, in the dark or in a mail program that turns
    colours round; so it brings its own: white, or dark under a light one."""
    grey, alpha = picture.convert("L"), picture.getchannel("A")
    brightness = ImageStat.Stat(grey, alpha.point(lambda value: 255 if value > 127 else 0)).mean[0]
    margin = round(max(picture.size) * 0.02) + round(picture.height * 0.06)
    size = (picture.width + 2 * margin, picture.height + 2 * margin)
    plate = Image.new("RGBA", size, _DARK if brightness > _BRIGHT else _WHITE)
    plate.alpha_composite(picture, (margin, margin))
    return plate


def _visible(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """The box of what is not transparent."""
    return picture.getchannel("A").point(lambda value: 255 if value > 8 else 0).getbbox()
