"""The signature dictionary and its signing: what certify, act and seal have in common."""

from datetime import datetime

from countersign.pdf import cms
from countersign.pdf.state import Digest, FieldState, Revision
from countersign.pdf.syntax import text_string, utc_digits
from countersign.pdf.update import Unsigned, Update


def sign_field(
    update: Update,
    field: FieldState,
    digest: Digest,
    key: cms.Signer,
    timestamper: cms.Timestamper,
    at: datetime,
    reason: str,
    *,
    name: str = "",
    reference: bytes = b"",
    appearance: int | None = None,
) -> Revision:
    """Close `update` with a PAdES B-T signature (ETSI EN 319 142-1) in `field`."""
    unsigned = open_field(
        update,
        field,
        cms.signature_room(key, timestamper),
        at,
        reason,
        name=name,
        reference=reference,
        appearance=appearance,
    )
    return unsigned.fill(digest, lambda digest: cms.signature(key, digest, timestamper))


def open_field(
    update: Update,
    field: FieldState,
    room: int,
    at: datetime,
    reason: str,
    *,
    name: str = "",
    reference: bytes = b"",
    appearance: int | None = None,
) -> Unsigned:
    """Close `update` with a signature dictionary in `field` that has `room` bytes for its
    signature."""
    dictionary = (
        b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached"
        b"/M(D:%s+00'00')%s/Reason %s%s"
    ) % (
        utc_digits(at),
        b"/Name " + text_string(name) if name else b"",
        text_string(reason),
        reference,
    )
    return update.close(field, appearance, dictionary, room)
