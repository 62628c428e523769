"""Our keys and timestamps in pyHanko's hands."""

import secrets
from datetime import datetime
from typing import Any

from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from countersign import der
from countersign.pdf import cms
from countersign.pdf.already_signed.stamp import Stamp


class _Certified(signers.Signer):
    """Certificates that pyHanko need not parse again for every signature."""

    def __init__(self, key: cms.Certified) -> None:
        chain = asn1_cms.CertificateSet.load(b"\x31" + key.certificates[1:])
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        for choice in chain:
            store.register(choice.chosen)
        certificate = asn1_x509.Certificate.load(key.certificate)
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=False)

    async def async_sign_raw(self, *_: Any, **__: Any) -> bytes:
        raise NotImplementedError  # `async_sign` makes the whole


class Key(_Certified):
    """Signs at once."""

    def __init__(self, key: cms.Signer, timestamper: cms.Timestamper) -> None:
        self._key, self._timestamper = key, timestamper
        super().__init__(key)

    async def async_sign(
        self, data_digest: bytes, digest_algorithm: str, *_: Any, **__: Any
    ) -> asn1_cms.ContentInfo:
        """Our own CMS, with its timestamp: asn1crypto, by which pyHanko would make it, needs
        seconds for one signature in five (see `_Encoded`)."""
        assert digest_algorithm == "sha256"
        return _Encoded.load(cms.signature(self._key, data_digest, self._timestamper))


class Later(_Certified):
    """Leaves a mark where the signature will be, and keeps the digest that it has to be about."""

    def __init__(self, key: cms.Certified) -> None:
        content = der.octets(secrets.token_bytes(32))
        self._placeholder = der.sequence(cms.ID_DATA, der.context(0, content))
        self.mark = self._placeholder.hex().upper().encode()  # as pyHanko writes it
        self.digest = b""
        super().__init__(key)

    async def async_sign(
        self, data_digest: bytes, digest_algorithm: str, *_: Any, **__: Any
    ) -> asn1_cms.ContentInfo:
        assert digest_algorithm == "sha256"
        self.digest = data_digest
        return _Encoded.load(self._placeholder)


class _Encoded(asn1_cms.ContentInfo):  # type: ignore[misc]
    """Stays as it came. asn1crypto takes any length that ends in 0x80 for an indefinite one and
    encodes all that is inside again, twice at each level."""

    def dump(self, force: bool = False) -> bytes:  # noqa: ARG002
        return bytes(self._header + self._contents + self._trailer)


class Tokens(TimeStamper):
    """Tokens from our timestamper."""

    def __init__(self, timestamper: cms.Timestamper) -> None:
        super().__init__(include_nonce=False)  # type: ignore[no-untyped-call]
        self._timestamper = timestamper

    async def async_timestamp(
        self, message_digest: bytes, md_algorithm: str
    ) -> asn1_cms.ContentInfo:
        assert md_algorithm == "sha256"
        return _Encoded.load(self._timestamper(message_digest))


class SignerAt(signers.PdfSigner):
    """Signs at the moment it is told."""

    def __init__(
        self,
        metadata: signers.PdfSignatureMetadata,
        key: Key | Later,
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
