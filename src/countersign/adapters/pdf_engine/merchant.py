"""The port MerchantSigner: whole documents, signed at once with an account's own key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256

import structlog
from cryptography import x509
from cryptography.x509.oid import NameOID

from countersign import pdf, xades
from countersign.adapters.caching import Recent
from countersign.adapters.keys.material import KeyMaterial, KeysUnusable, ValidationMaterial
from countersign.adapters.keys.merchant import open_merchant_key
from countersign.adapters.keys.revocation import RevocationLists
from countersign.adapters.pdf_engine.keyring import Keyring
from countersign.domain.errors import Invalid, Unavailable, UnusableFile
from countersign.domain.merchant_key import KeyFacts, KeyKind, MerchantKey
from countersign.turns import waiting

TEXTS = ("text/plain", "text/markdown", "application/xml", "text/xml")

log = structlog.get_logger(__name__)


class MerchantSigning:
    """Keys are opened once and kept open while they are used; `keys` gives the timestamps."""

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys
        self._open: Recent[KeyMaterial] = Recent(100)
        self._revocation = RevocationLists()
        self._formats: Mapping[str, Callable[[bytes, KeyMaterial, datetime], bytes]] = {
            "application/pdf": self._signed_pdf,
            **{kind: partial(self._signed_text, kind) for kind in TEXTS},
        }

    def examine(
        self, kind: KeyKind, place: Mapping[str, str], secret: Mapping[str, str]
    ) -> KeyFacts:
        try:
            material = open_merchant_key(kind, place, secret)
        except KeysUnusable as problem:
            raise Invalid(str(problem), {"key": str(problem)}) from None
        certificate = x509.load_der_x509_certificate(material.certificate)
        return KeyFacts(
            subject=certificate.subject.rfc4514_string(),
            begins=certificate.not_valid_before_utc,
            expires=certificate.not_valid_after_utc,
        )

    def sign(self, key: MerchantKey, data: bytes, media_type: str, at: datetime) -> bytes:
        signed = self._formats.get(media_type)
        if signed is None:
            raise UnusableFile("not_pdf", f"{media_type or 'This type'} can't be signed here.")
        try:
            return signed(data, self._opened(key), at)
        except KeysUnusable as problem:
            log.error("merchant_key_unusable", vendor=key.vendor, why=str(problem))
            raise Unavailable("merchant key") from None

    def _opened(self, key: MerchantKey) -> KeyMaterial:
        parts = [
            key.kind.value,
            *(f"{k}={v}" for k, v in sorted({**key.place, **key.secret}.items())),
        ]
        name = sha256("\0".join(parts).encode()).digest()
        return self._open.get(name) or self._open.put(
            name, open_merchant_key(key.kind, key.place, key.secret)
        )

    def _signed_pdf(self, data: bytes, material: KeyMaterial, at: datetime) -> bytes:
        """An approval signature, then validation data with a document timestamp: PAdES B-LTA where
        the merchant's authority publishes its revocation lists, else B-T with both."""
        from countersign.pdf.already_signed import (  # pyHanko: not for every server
            Look,
            close_incrementally,
            sign_incrementally,
        )

        signer = pdf.Signer(material.key, material.certificate, material.chain)
        timestamper, validation = self._keys.timestamper(), self._keys.validation()
        try:
            signed = data + sign_incrementally(
                data, None, signer, timestamper, _name(material.certificate), Look(""), at
            )
        except pdf.UnusablePdf as problem:
            raise UnusableFile(problem.code, problem.message) from None
        above = (*material.chain, *material.roots)
        with waiting():
            lists = self._revocation.of((material.certificate, *above), at)
        return signed + close_incrementally(
            signed, (*validation.certificates, *above), (*validation.crls, *lists), timestamper
        )

    def _signed_text(
        self, media_type: str, data: bytes, material: KeyMaterial, at: datetime
    ) -> bytes:
        """XAdES B-T, B-LT where the merchant's authority publishes its revocation lists."""
        signer = pdf.Signer(material.key, material.certificate, material.chain)
        above = (*material.chain, *material.roots)
        with waiting():
            lists = self._revocation.of((material.certificate, *above), at)
        own = self._keys.validation()
        complete = ValidationMaterial((*own.certificates, *above), (*own.crls, *lists))
        timestamper = self._keys.timestamper()
        return xades.sign_text(
            data, media_type, signer, timestamper, at, validation=complete if lists else None
        )


def _name(certificate: bytes) -> str:
    subject = x509.load_der_x509_certificate(certificate).subject
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := subject.get_attributes_for_oid(kind):
            return str(found[0].value)
    return ""
