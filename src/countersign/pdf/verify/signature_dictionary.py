"""Signature dictionaries and what they cover (docs/pdf-format.md, 5)."""

import re
from dataclasses import dataclass

from countersign.pdf.verify import der
from countersign.pdf.verify.facts import Claims
from countersign.pdf.verify.refusal import Refused, need
from countersign.pdf.verify.revisions import Revision
from countersign.pdf.verify.times import utc_time

DOCUMENT_TIMESTAMP = b"<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161"
_SIGNATURE = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached"
# Versions of before wrote upper case throughout
_CLAIMS = re.compile(
    rb"/M\(D:(\d{14})\+00'00'\)(?:(?:/Name <feff([0-9a-f]+)>)?/Reason <feff([0-9a-f]*)>"
    rb"|(?:/Name <FEFF([0-9A-F]+)>)?/Reason <FEFF([0-9A-F]*)>)"
)
_TEXTS = re.compile(rb"<feff[0-9a-f]*>")
_RANGE = re.compile(
    rb"/ByteRange (\[0 ([1-9]\d{0,9}) ([1-9]\d{0,9}) ([1-9]\d{0,9})\] *)/Contents <"
)
_RANGE_WIDTH = 45
_HEX_DIGITS = b"0123456789abcdef", b"0123456789ABCDEF"


@dataclass(frozen=True, slots=True)
class Covered:
    """The gap of the byte range as offsets in `Revision.data`, and the DER that lies in it."""

    gap_start: int
    gap_end: int
    contents: bytes


def claims_of(revision: Revision, number: int, reference: bytes) -> tuple[Claims, int]:
    """Read a signature dictionary up to its byte range, which begins at the offset returned."""
    start, end = revision.objects[number]
    need(revision.data.startswith(_SIGNATURE, start), "kind of signature")
    found = _CLAIMS.match(revision.data, start + len(_SIGNATURE), end)
    if found is None:
        raise Refused("signature dictionary")
    references = reference, _TEXTS.sub(lambda text: text[0].upper(), reference)
    need(revision.data.startswith(references, found.end()), "signature reference")
    name, reason = found[2] or found[4] or b"", found[3] or found[5] or b""
    claims = Claims(utc_time(found[1]), _text(name), _text(reason))
    return claims, found.end() + len(reference)


def _text(digits: bytes) -> str:
    try:
        return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be")
    except ValueError:
        raise Refused("text in a signature dictionary") from None


def covered_by(revision: Revision, number: int, at: int) -> Covered:
    """Read byte range and contents. Refuses any range but the file so far without the contents."""
    data, (_, end) = revision.data, revision.objects[number]
    found = _RANGE.match(data, at, end)
    if found is None or len(found[1]) != _RANGE_WIDTH:
        raise Refused("byte range")
    gap_start, gap_end = found.end() - 1, end - len(b">>")
    need(
        int(found[2]) == revision.base + gap_start
        and int(found[3]) == revision.base + gap_end
        and int(found[4]) == revision.end - gap_end
        and data[gap_end - 1 : end] == b">>>",
        "byte range is not the whole file",
    )
    return Covered(gap_start, gap_end, _contents(data[gap_start + 1 : gap_end - 1]))


def _contents(digits: bytes) -> bytes:
    of_one_case = not all(digits.translate(None, each) for each in _HEX_DIGITS)
    need(len(digits) % 2 == 0 and of_one_case, "digits of a signature")
    raw = bytes.fromhex(digits.decode("ascii"))
    _, end = der.header(raw, 0, der.SEQUENCE)
    need(not raw[end:].strip(b"\0"), "padding of a signature")
    return raw[:end]
