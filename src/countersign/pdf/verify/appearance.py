"""What filled fields look like: form XObjects that only draw (docs/pdf-format.md, 5)."""

import re
import zlib

from countersign.pdf.verify.facts import FieldFacts
from countersign.pdf.verify.objects import NewObjects
from countersign.pdf.verify.refusal import Refused, need

MAX_CONTENT_BYTES = 4_000_000

_REST = re.compile(
    rb"(?:/XObject<</Im ([1-9]\d{0,9}) 0 R>>)?>>(/Filter/FlateDecode)?/Length (0|[1-9]\d{0,8})>>\n"
)
_IMAGE = re.compile(
    rb"<</Type/XObject/Subtype/Image/Width [1-9]\d{0,4}/Height [1-9]\d{0,4}"
    rb"(/ColorSpace/DeviceRGB/BitsPerComponent 8/SMask ([1-9]\d{0,9}) 0 R"
    rb"|/ColorSpace/DeviceGray/BitsPerComponent 8)"
    rb"/Filter/FlateDecode/Length ([1-9]\d{0,8})>>\n"
)
_STREAM, _STREAM_END = b"stream\n", b"\nendstream"

_TOKEN = re.compile(
    rb"/Span<</ActualText <(?:feff[0-9a-f]*|FEFF[0-9A-F]*)>>>BDC|<(?:[0-9a-f]+|[0-9A-F]+)>"
    rb"|/[A-Za-z]+|[A-Za-z*]+|-?[0-9.]+"
)
# Possessive, so that a long row of digits is not tried in every split
_NUMBER = re.compile(rb"-?(?:\d++(?:\.\d*+)?+|\.\d++)")
_OPERATORS = frozenset(
    b"q Q cm w RG rg G g re W n m l c h f S BT ET Tf Tz Tr Tm Td Tj Do BMC BDC EMC".split()
)
_NAMES = frozenset(b"/F /Im /Tx".split())


def check_appearance(body: bytes, field: FieldFacts, font: int, objects: NewObjects) -> None:
    """Refuse any appearance but one of `field`'s size, in the shared font, with one image."""
    head = (b"<</Type/XObject/Subtype/Form/BBox[0 0 %.2f %.2f]%s/Resources<</Font<</F %d 0 R>>") % (
        field.width,
        field.height,
        _matrix(field),
        font,
    )
    rest = _REST.match(body, len(head))
    if not body.startswith(head) or rest is None:
        raise Refused(f"appearance of {field.name}")
    image, deflated, length = rest.groups()
    content = _stream(body, rest.end(), int(length))
    _check_content(_inflated(content) if deflated else content, image is not None)
    if image:
        _check_picture(int(image), objects)


def _matrix(field: FieldFacts) -> bytes:
    match field.rotate:
        case 90:
            return b"/Matrix[0 1 -1 0 %.2f 0]" % field.height
        case 180:
            return b"/Matrix[-1 0 0 -1 %.2f %.2f]" % (field.width, field.height)
        case 270:
            return b"/Matrix[0 -1 1 0 0 %.2f]" % field.width
        case _:
            return b""


def _stream(body: bytes, at: int, length: int) -> bytes:
    start = at + len(_STREAM)
    need(
        body.startswith(_STREAM, at)
        and len(body) == start + length + len(_STREAM_END)
        and body.endswith(_STREAM_END),
        "length of a stream",
    )
    return body[start : start + length]


def _inflated(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(data, MAX_CONTENT_BYTES)
    except zlib.error:
        raise Refused("deflated appearance") from None
    need(unpacker.eof and not unpacker.unused_data, "deflated appearance")
    return content


def _check_content(content: bytes, has_image: bool) -> None:
    tokens = _TOKEN.findall(content)
    # One blank of each /Span is inside its token
    blanks = content.count(b" ") + content.count(b"\n") - content.count(b"/ActualText ")
    need(sum(map(len, tokens)) + blanks == len(content), "form of an appearance's content")
    others = set(tokens) - _OPERATORS - _NAMES
    strange = [token for token in others if not _is_operand(token)]
    need(not strange, "operators in an appearance:", *strange)
    need(has_image or b"/Im" not in tokens, "appearance draws an image that it does not have")


def _is_operand(token: bytes) -> bool:
    return token.startswith((b"<", b"/Span<<")) or bool(_NUMBER.fullmatch(token))


def _check_picture(number: int, objects: NewObjects) -> None:
    """One picture per act, with its mask; several appearances may draw it."""
    if number == objects.picture:
        return
    need(objects.picture is None, "a second picture in one act")
    objects.picture = number
    mask = _check_image(objects.take(number))
    if mask is None:
        raise Refused("picture without a mask")
    need(_check_image(objects.take(mask)) is None, "mask with a mask")


def _check_image(body: bytes) -> int | None:
    """The number of the image's mask."""
    image = _IMAGE.match(body)
    if image is None:
        raise Refused("form of an image")
    _stream(body, image.end(), int(image[3]))
    return int(image[2]) if image[2] else None
