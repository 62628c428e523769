"""Our keys and timestamps in pyHanko's hands."""

from datetime import datetime

from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from countersign.pdf import cms
from countersign.pdf.already_signed.stamp import Stamp


class Key(signers.Signer):
    """A key that pyHanko need not parse again for every signature."""

    def __init__(self, key: cms.Signer) -> None:
        self._key = key
        chain = asn1_cms.CertificateSet.load(b"\x31" + key.certificates[1:])
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        for choice in chain:
            store.register(choice.chosen)
        certificate = asn1_x509.Certificate.load(key.certificate)
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=False)

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        assert digest_algorithm == "sha256"
        return bytes(self._key.signature_size) if dry_run else self._key.sign(data)


class Tokens(TimeStamper):
    """Tokens from our timestamper."""

    def __init__(self, timestamper: cms.Timestamper) -> None:
        super().__init__(include_nonce=False)  # type: ignore[no-untyped-call]
        self._timestamper = timestamper

    async def async_timestamp(
        self, message_digest: bytes, md_algorithm: str
    ) -> asn1_cms.ContentInfo:
        assert md_algorithm == "sha256"
        return asn1_cms.ContentInfo.load(self._timestamper(message_digest))


class SignerAt(signers.PdfSigner):
    """Signs at the moment it is told."""

    def __init__(
        self,
        metadata: signers.PdfSignatureMetadata,
        key: Key,
        tokens: Tokens,
        field: SigFieldSpec,
        stamp: Stamp | None,
        at: datetime,
    ) -> None:
        super().__init__(
            metadata,
            key,
            timestamper=tokens,
            stamp_style=stamp,  # type: ignore[arg-type] # has the one method that is called
            new_field_spec=field,
        )
        self._at = at

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session
