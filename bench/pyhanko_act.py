"""The rival: the same act with pyHanko, with every switch turned that makes it faster.

Key parsed once, room for the signature given, existing field, in place, large chunks, no check of
certification constraints, no metadata update, own appearance streams.
"""

from typing import Any, BinaryIO

from asn1crypto import cms, keys, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from countersign import pdf

_ROOM = 16_384
_CHUNK = 1 << 20


class Writer(IncrementalPdfFileWriter):
    def _update_meta(self) -> None:
        """Leave XMP and the information dictionary alone."""


class Timestamper(timestamps.TimeStamper):
    """Lends pyHanko the same local authority that our own act uses."""

    def __init__(self, local: pdf.Timestamper) -> None:
        super().__init__()
        self._local = local

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        assert md_algorithm == "sha256"
        return cms.ContentInfo.load(self._local(message_digest))


class TunedSigner(signers.PdfSigner):
    def _enforce_certification_constraints(self, *_: Any) -> None:
        """We know our own certification."""


class CachedKey(signers.SimpleSigner):
    """Keeps the parsed private key; pyHanko's own signer parses it for every signature."""

    def __init__(self, key: pdf.Signer) -> None:
        self._key = key
        others = [x509.Certificate.load(one) for one in key.chain]
        super().__init__(
            signing_cert=x509.Certificate.load(key.certificate),
            signing_key=keys.PrivateKeyInfo({}),
            cert_registry=SimpleCertificateStore.from_certs(others),
            embed_roots=False,
        )

    def get_signature_mechanism_for_digest(self, _: str | None) -> cms.SignedDigestAlgorithm:
        return cms.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})

    async def async_sign_raw(self, data: bytes, _: str, dry_run: bool = False) -> bytes:
        return bytes(72) if dry_run else self._key.sign(data)


class _Stamp:
    """Quacks like a stamp style and like its stamp: one form XObject of one line."""

    def __init__(self, reference: Any = None) -> None:
        self._reference = reference

    def create_stamp(self, writer: Any, box: Any, _: Any) -> "_Stamp":
        return _Stamp(_appearance(writer, float(box.width), float(box.height)))

    def apply_appearance(self, annotation: Any) -> None:
        annotation["/AP"] = generic.DictionaryObject({generic.pdf_name("/N"): self._reference})


def _appearance(writer: Any, width: float, height: float) -> Any:
    box = generic.ArrayObject(generic.FloatObject(edge) for edge in (0, 0, width, height))
    dictionary = {
        generic.pdf_name("/Type"): generic.pdf_name("/XObject"),
        generic.pdf_name("/Subtype"): generic.pdf_name("/Form"),
        generic.pdf_name("/BBox"): box,
    }
    content = b"/Tx BMC q BT 0 g /F 8.5 Tf 66 3 Td <0024> Tj ET Q EMC"
    stream = generic.StreamObject(generic.DictionaryObject(dictionary), stream_data=content)
    return writer.add_object(stream)


def act(
    file: BinaryIO,
    prefix: str,
    values: dict[str, str],
    key: pdf.Signer,
    timestamper: Timestamper,
) -> None:
    """Fill the evidence fields of one slot and sign it, in one update, in place."""
    writer = Writer(file)
    fields = {str(ref.get_object()["/T"]): ref for ref in writer.root["/AcroForm"]["/Fields"]}
    for row, value in values.items():
        reference = fields[f"{prefix}e_{row}"]
        field = reference.get_object()
        box = [float(edge) for edge in field["/Rect"]]
        shown = _appearance(writer, box[2] - box[0], box[3] - box[1])
        field["/V"] = generic.TextStringObject(value)
        field["/AP"] = generic.DictionaryObject({generic.pdf_name("/N"): shown})
        writer.mark_update(reference)
    metadata = signers.PdfSignatureMetadata(
        field_name=f"{prefix}sig",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason="I agree",
    )
    style: Any = _Stamp()
    signer = TunedSigner(metadata, CachedKey(key), timestamper=timestamper, stamp_style=style)
    signer.sign_pdf(
        writer, existing_fields_only=True, bytes_reserved=_ROOM, in_place=True, chunk_size=_CHUNK
    )
