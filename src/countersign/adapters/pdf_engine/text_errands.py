"""What the workshop's processes do for text documents; libraries are imported in the bodies, as in
`errands`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from countersign import xades
from countersign.pdf.verify.foreign_token import check_foreign_token
from countersign.pdf.verify.refusal import Refused as TokenRefused

if TYPE_CHECKING:
    from countersign.pdf.verify.stamp import Stamp
    from countersign.xades.verify import Report


def look_at_text(data: bytes, media_type: str) -> xades.TextInspection:
    """Raises UnusableText for what can't be signed."""
    return xades.inspect_text(data, media_type)


def text_pages(text: str, title: str, media_type: str, at: datetime, sha256: str) -> bytes:
    """A PDF that shows the text. Raises PdfError."""
    from countersign.pdf.text_pages import text_pdf

    return text_pdf(text, title, media_type, at=at, sha256=sha256)


def text_report(xml: bytes, roots: Sequence[bytes], deferred: bool = False) -> Report:
    """The verifier for signed texts; `deferred`: the signer was asked between the time claimed and
    the timestamp. Raises xades.verify.Refused for what is none of ours."""
    from countersign.xades.verify import DEFERRED_TIME_TOLERANCE, verify

    if not deferred:
        return verify(xml, roots, datetime.now(UTC), checked_token)
    return verify(xml, roots, datetime.now(UTC), checked_token, DEFERRED_TIME_TOLERANCE)


def checked_token(token: bytes, imprint: bytes, roots: Sequence[bytes]) -> Stamp:
    """By the rules of RFC 3161, whoever made it. Raises xades.verify.Refused."""
    from countersign.xades.verify import Refused

    try:
        return check_foreign_token(token, imprint, roots)
    except TokenRefused as refusal:
        raise Refused(f"the timestamp proves nothing: {refusal}") from refusal
