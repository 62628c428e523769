"""A photo or scan becomes a page (ISO 32000-1, 8.9): upright, on A4, without what the camera wrote
beside it."""

import io

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageOps

from countersign.pdf.image import open_image

A4 = (595.28, 841.89)  # points
MARGIN = 28.0  # points
MAX_SIDE = 2480  # pixels: some 220 to the inch on A4, which reads well and prints well
LEAST_DPI = 96.0  # a small picture isn't blown up
MAX_JPEG_PIXELS = 120_000_000  # a decoder of JPEG shrinks while it reads
QUALITY = 85


def picture_page(data: bytes) -> bytes:
    """PNG, JPEG or WebP → a PDF of one page, as wide or high as the picture asks for. Equal
    pictures make equal files. Raises UnusableImage."""
    picture = _upright(data)
    coded = io.BytesIO()
    picture.save(coded, "JPEG", quality=QUALITY)
    return _page(coded.getvalue(), picture.size)


def _upright(data: bytes) -> Image.Image:
    """On white, where it is transparent. What the camera noted (place, time, device) stays out."""
    with open_image(data, MAX_JPEG_PIXELS) as image:
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))
        picture = ImageOps.exif_transpose(image)
        if "A" in picture.getbands() or "transparency" in picture.info:
            seen = picture.convert("RGBA")
            picture = Image.new("RGBA", seen.size, "white")
            picture.alpha_composite(seen)
        picture = picture.convert("RGB")
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    return Image.frombytes("RGB", picture.size, picture.tobytes())


def _page(jpeg: bytes, pixels: tuple[int, int]) -> bytes:
    width, height = A4 if pixels[0] <= pixels[1] else A4[::-1]
    scale = min((width - 2 * MARGIN) / pixels[0], (height - 2 * MARGIN) / pixels[1], 72 / LEAST_DPI)
    w, h = pixels[0] * scale, pixels[1] * scale
    x, y = (width - w) / 2, (height - h) / 2
    with pikepdf.new() as pdf:
        image = pikepdf.Stream(
            pdf,
            jpeg,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=pixels[0],
            Height=pixels[1],
            ColorSpace=Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=Name.DCTDecode,
        )
        page = pdf.add_blank_page(page_size=(width, height))
        page.obj.Resources = Dictionary(XObject=Dictionary(Im=pdf.make_indirect(image)))
        drawn = f"q {w:.2f} 0 0 {h:.2f} {x:.2f} {y:.2f} cm /Im Do Q"
        page.obj.Contents = pdf.make_indirect(pikepdf.Stream(pdf, drawn.encode()))
        page.obj.MediaBox = Array([0, 0, width, height])
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()
