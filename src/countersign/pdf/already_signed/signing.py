"""Uploads that carry signatures already: added to, never rewritten.

A rewrite would break the earlier signatures, so there is no base, no evidence page and no
certification: every signer gets a signature field of his own and an approval signature in it, each
in one incremental update (ISO 32000-2, 7.5.6). pyHanko writes them, as such files can be of any
structure.
"""

import io
from collections.abc import Iterable
from datetime import datetime

import pikepdf
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.validation import DocumentSecurityStore

from countersign.pdf import cms
from countersign.pdf.already_signed.keys import Key, Later, SignerAt, Tokens
from countersign.pdf.already_signed.stamp import Look, Place, Stamp
from countersign.pdf.deferred import PreparedAct
from countersign.pdf.errors import BadLayout, UnusablePdf
from countersign.pdf.geometry import PageBox
from countersign.pdf.inspect import inspect
from countersign.pdf.pagebox import page_size, visible_box
from countersign.pdf.state import ChainState

_CHUNK = 1 << 20
_CMS_EXTRAS = 1024  # bytes of attributes that pyHanko adds to what our own signatures hold

_WHY_CERTIFIED = {
    1: "its author certified it and allows no change at all, not even a signature",
    2: "its author certified it and allows nothing but filling in the fields that it has",
    3: "its author certified it and allows nothing but comments and filling in its fields",
}


def refuse_unless_signable(data: bytes) -> None:
    """Raise UnusablePdf (`certified`, `broken`, …) when no signature can be added to `data`.

    A certified file may get no new field, whatever its DocMDP level: P=1 allows nothing, P=2
    filling in and signing what is there, P=3 comments besides (ISO 32000-2, 12.8.2.2, table 257).
    """
    certified = inspect(data).certified
    if certified is not None:
        raise UnusablePdf("certified", f"This PDF cannot be signed: {_WHY_CERTIFIED[certified]}.")
    try:
        _writer(data)
    except Exception as error:  # pyHanko raises anything from ValueError upwards on odd files
        raise UnusablePdf(
            "broken", "This signed PDF is damaged, and repairing it would break its signatures."
        ) from error


def sign_incrementally(
    data: bytes,
    place: Place | None,
    key: cms.Signer,
    timestamper: cms.Timestamper,
    name: str,
    look: Look,
    at: datetime,
    reason: str = "",
) -> bytes:
    """The segment that adds an approval signature (PAdES B-T) in a new field.

    The field is at `place`, or invisible. `name` is the signer's, `at` the time claimed in /M.
    Raises UnusablePdf as `refuse_unless_signable`, BadLayout for a place outside the document, and
    what `timestamper` raises.
    """
    return _with_signature(
        data, place, Key(key, timestamper), key, timestamper, name, look, at, reason
    )


def prepare_incrementally(
    data: bytes,
    place: Place | None,
    signer: cms.Certified,
    timestamper: cms.Timestamper,
    name: str,
    look: Look,
    at: datetime,
    reason: str = "",
) -> PreparedAct:
    """As `sign_incrementally`, for a key that is with somebody else: `finish_act` fills the gap.
    The timestamper is not asked yet."""
    later = Later(signer)
    segment = bytearray(
        _with_signature(data, place, later, signer, timestamper, name, look, at, reason)
    )
    opens = segment.index(later.mark) - 1
    closes = segment.index(b">", opens) + 1
    segment[opens + 1 : closes - 1] = b"0" * (closes - opens - 2)
    return PreparedAct(
        segment=bytes(segment),
        opens=opens,
        closes=closes,
        after=ChainState(0, 0, len(data) + len(segment)),  # nobody appends without parsing it
        attributes=cms.signed_attributes(signer, later.digest),
        certificate=signer.certificate,
        chain=signer.chain,
        pss=signer.algorithm == cms.RSA_PSS_SHA256,
    )


def _with_signature(
    data: bytes,
    place: Place | None,
    key: Key | Later,
    certified: cms.Certified,
    timestamper: cms.Timestamper,
    name: str,
    look: Look,
    at: datetime,
    reason: str,
) -> bytes:
    refuse_unless_signable(data)
    writer = _writer(data)
    field = SigFieldSpec(_free_name(writer.prev))
    stamp = None
    if place is not None:
        box = _page_box(data, place.page)
        stamp = Stamp(box, place, look)
        field = SigFieldSpec(field.sig_field_name, on_page=place.page, box=_whole(stamp.rect))
    metadata = signers.PdfSignatureMetadata(
        field_name=field.sig_field_name,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=name,
        reason=reason or None,
    )
    signer = SignerAt(metadata, key, Tokens(timestamper), field, stamp, at)
    room = 2 * (cms.signature_room(certified, timestamper) + _CMS_EXTRAS)
    out = signer.sign_pdf(writer, bytes_reserved=room, output=io.BytesIO(), chunk_size=_CHUNK)
    return _added(out, data)


def close_incrementally(
    data: bytes,
    certificates: Iterable[bytes],
    crls: Iterable[bytes],
    timestamper: cms.Timestamper,
    ocsps: Iterable[bytes] = (),
) -> bytes:
    """The segment with validation data (DER) and a document timestamp.

    Brings our signatures to PAdES B-LTA. What the DSS holds already stays. Raises what
    `timestamper` raises.
    """
    writer = _writer(data)
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[asn1_x509.Certificate.load(one) for one in certificates],
        crls=[asn1_crl.CertificateList.load(one) for one in crls],
        ocsps=[asn1_ocsp.OCSPResponse.load(one) for one in ocsps],
    )
    stamper = signers.PdfTimeStamper(Tokens(timestamper), _free_name(writer.prev))
    out = stamper.timestamp_pdf(
        writer,
        "sha256",
        bytes_reserved=2 * timestamper.size,
        output=io.BytesIO(),
        chunk_size=_CHUNK,
    )
    return _added(out, data)


class _Writer(IncrementalPdfFileWriter):
    """Leaves metadata alone: a signature has to touch as little as possible."""

    def _update_meta(self) -> None:
        pass


def _writer(data: bytes) -> IncrementalPdfFileWriter:
    writer = _Writer(io.BytesIO(data))
    if writer.security_handler is not None:
        writer.encrypt("")  # type: ignore[no-untyped-call]
    return writer


def _added(out: io.BytesIO, data: bytes) -> bytes:
    written = out.getbuffer()
    if written[: len(data)] != data:
        raise UnusablePdf("broken", "This signed PDF cannot be added to without rewriting it.")
    return bytes(written[len(data) :])


def _free_name(reader: PdfFileReader) -> str:
    taken = {name for name, _, _ in enumerate_sig_fields(reader)}
    return next(
        name for number in range(1, len(taken) + 2) if (name := f"cs{number:04d}_sig") not in taken
    )


def _page_box(data: bytes, number: int) -> PageBox:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if not 0 <= number < len(pdf.pages):
            raise BadLayout(f"the document has no page {number}")
        page = pdf.pages[number].obj
        box = visible_box(page)
        return PageBox(*box, page_size(page, box).rotation)


def _whole(rect: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = map(round, rect)
    return x0, y0, x1, y1
