"""Writes XAdES signatures: B-T, and B-LT with validation data (ETSI EN 319 132-1, 6).

All that is signed is written in its canonical form at once (Exclusive XML Canonicalization), so
that nothing has to be parsed or canonicalised: what is hashed is what stands in the file. Byte for
byte what docs/xades-format.md says.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from countersign import der
from countersign.xades.errors import XadesError

_DS = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
_XADES = 'xmlns:xades="http://uri.etsi.org/01903/v1.3.2#"'
_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_BASE64 = "http://www.w3.org/2000/09/xmldsig#base64"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_APPROVAL = "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval"
_ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
_RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_RSA_PSS = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
_HASH = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.NULL)
# RFC 4055, 3.1: SHA-256, MGF1 with SHA-256, 32 bytes of salt
_PSS_PARAMETERS = der.sequence(
    der.context(0, _HASH),
    der.context(1, der.sequence(der.oid("1.2.840.113549.1.1.8"), _HASH)),
    der.context(2, b"\x02\x01\x20"),
)
_METHODS = {
    der.sequence(der.oid("1.2.840.10045.4.3.2")): _ECDSA,
    der.sequence(der.oid("1.2.840.113549.1.1.11"), der.NULL): _RSA,
    der.sequence(der.oid("1.2.840.113549.1.1.10"), _PSS_PARAMETERS): _RSA_PSS,
}
_BEGIN = f'<?xml version="1.0" encoding="UTF-8"?>\n<ds:Signature {_DS} Id="signature">'
_P256_BYTES = 32
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:; ?charset=[\w-]+)?", re.ASCII)
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Timestamper(Protocol):
    """An RFC 3161 authority: makes the DER of a TimeStampToken over a SHA-256 imprint."""

    def __call__(self, imprint: bytes) -> bytes: ...


class Certified(Protocol):
    """The certificate of a P-256 or RSA key and the chain above it (DER), and the DER of the
    AlgorithmIdentifier that its signatures have."""

    @property
    def certificate(self) -> bytes: ...
    @property
    def chain(self) -> tuple[bytes, ...]: ...
    @property
    def algorithm(self) -> bytes: ...


class Signer(Certified, Protocol):
    """One with its key."""

    def sign(self, data: bytes) -> bytes:
        """PKCS #1 v1.5, or ECDSA in DER; with SHA-256."""


class ValidationData(Protocol):
    """Certificates, CRLs and OCSP responses (DER) that a later validation needs: those above the
    signer and above the timestamp authority, the roots among them. There are certificates and
    CRLs."""

    @property
    def certificates(self) -> tuple[bytes, ...]: ...
    @property
    def crls(self) -> tuple[bytes, ...]: ...
    @property
    def ocsps(self) -> tuple[bytes, ...]: ...


def sign_text(
    content: bytes,
    media_type: str,
    signer: Signer,
    timestamper: Timestamper,
    at: datetime,
    *,
    consent: str = "",
    validation: ValidationData | None = None,
) -> bytes:
    """An XML file that holds `content` and its signature: XAdES B-T, with `validation` B-LT.

    `at` is the time claimed, `consent` the sentence that the signer agreed to; characters that XML
    cannot hold become U+FFFD there. Who signs is said by the certificate. Raises XadesError for a
    `media_type` that is none or another kind of key, and what `timestamper` raises.
    """
    prepared = prepare_text(content, media_type, signer, at, consent=consent)
    value = signer.sign(prepared.signed)
    return finish_text(prepared, content, value, signer, timestamper, validation=validation)


@dataclass(frozen=True)
class PreparedText:
    """A signature of a text without its value, for a key that is with somebody else."""

    media_type: str
    properties: str
    info: str

    @property
    def signed(self) -> bytes:
        """What the signature value is made over, with SHA-256."""
        return self.info.encode()


def prepare_text(
    content: bytes, media_type: str, signer: Certified, at: datetime, *, consent: str = ""
) -> PreparedText:
    """The first half of `sign_text`, which asks neither a key nor an authority."""
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise XadesError("that is no media type")
    properties = _signed_properties(signer.certificate, media_type, at, consent)
    return PreparedText(media_type, properties, _signed_info(_method(signer), content, properties))


def finish_text(
    prepared: PreparedText,
    content: bytes,
    value: bytes,
    signer: Certified,
    timestamper: Timestamper,
    *,
    validation: ValidationData | None = None,
) -> bytes:
    """The second half: `value` is the signature over `prepared.signed`, PKCS #1 v1.5, PSS (SHA-256,
    MGF1, 32 bytes of salt) or ECDSA in DER. It is not checked."""
    element = _signature_value(_method(signer), value)
    token = timestamper(sha256(element.encode()).digest())
    opened = f"{_key_info(signer)}{_begin_of_content(prepared.media_type)}"
    before = f"{_BEGIN}{prepared.info}{element}{opened}"
    properties = _qualifying(prepared.properties, token, validation)
    after = f"</ds:Object>{properties}</ds:Signature>\n"
    # The text may be long: never a string of it
    return b"".join((before.encode(), b64encode(content), after.encode()))


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _method(signer: Certified) -> str:
    method = _METHODS.get(signer.algorithm)
    if method is None:
        raise XadesError("cannot sign with that kind of key; P-256 and RSA are possible")
    return method


def _signature_value(method: str, value: bytes) -> str:
    if method == _ECDSA:
        # XML wants the two integers side by side (RFC 4051, 2.3.6), not in DER
        numbers = decode_dss_signature(value)
        value = b"".join(number.to_bytes(_P256_BYTES, "big") for number in numbers)
    return f'<ds:SignatureValue {_DS} Id="value">{_base64(value)}</ds:SignatureValue>'


def _signed_info(method: str, content: bytes, properties: str) -> str:
    return (
        f"<ds:SignedInfo {_DS}>"
        f'<ds:CanonicalizationMethod Algorithm="{_C14N}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{method}"></ds:SignatureMethod>'
        f'<ds:Reference Id="content-reference" URI="#content">{_hashed(_BASE64, content)}'
        "</ds:Reference>"
        '<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#properties">'
        f"{_hashed(_C14N, properties.encode())}</ds:Reference></ds:SignedInfo>"
    )


def _hashed(transform: str, data: bytes) -> str:
    return (
        f'<ds:Transforms><ds:Transform Algorithm="{transform}"></ds:Transform></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{_SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue>{_base64(sha256(data).digest())}</ds:DigestValue>"
    )


def _signed_properties(certificate: bytes, media_type: str, at: datetime, consent: str) -> str:
    return (
        f'<xades:SignedProperties {_XADES} Id="properties"><xades:SignedSignatureProperties>'
        f"<xades:SigningTime>{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</xades:SigningTime>"
        "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>"
        f'<ds:DigestMethod {_DS} Algorithm="{_SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue {_DS}>{_base64(sha256(certificate).digest())}</ds:DigestValue>"
        "</xades:CertDigest></xades:Cert></xades:SigningCertificateV2>"
        "</xades:SignedSignatureProperties><xades:SignedDataObjectProperties>"
        '<xades:DataObjectFormat ObjectReference="#content-reference">'
        f"<xades:MimeType>{media_type}</xades:MimeType></xades:DataObjectFormat>"
        f"{_commitment(consent)}</xades:SignedDataObjectProperties></xades:SignedProperties>"
    )


def _commitment(consent: str) -> str:
    """The sentence that the signer agreed to, as what qualifies his approval."""
    if not consent:
        return ""
    text = escape(_NOT_IN_XML.sub("\ufffd", consent), {"\r": "&#xD;"})
    return (
        "<xades:CommitmentTypeIndication><xades:CommitmentTypeId>"
        f"<xades:Identifier>{_APPROVAL}</xades:Identifier></xades:CommitmentTypeId>"
        "<xades:ObjectReference>#content-reference</xades:ObjectReference>"
        "<xades:CommitmentTypeQualifiers><xades:CommitmentTypeQualifier>"
        f"{text}</xades:CommitmentTypeQualifier></xades:CommitmentTypeQualifiers>"
        "</xades:CommitmentTypeIndication>"
    )


def _key_info(signer: Certified) -> str:
    certificates = _each("ds:X509Certificate", (signer.certificate, *signer.chain))
    return f"<ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo>"


def _begin_of_content(media_type: str) -> str:
    return f'<ds:Object Encoding="{_BASE64}" Id="content" MimeType="{media_type}">'


def _qualifying(properties: str, token: bytes, validation: ValidationData | None) -> str:
    return (
        f'<ds:Object><xades:QualifyingProperties {_XADES} Target="#signature">{properties}'
        f"{_unsigned_properties(token, validation)}</xades:QualifyingProperties></ds:Object>"
    )


def _unsigned_properties(token: bytes, validation: ValidationData | None) -> str:
    return (
        "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:SignatureTimeStamp>"
        f'<ds:CanonicalizationMethod Algorithm="{_C14N}"/>'
        f"{_each('xades:EncapsulatedTimeStamp', (token,))}</xades:SignatureTimeStamp>"
        f"{_validation_data(validation) if validation else ''}"
        "</xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
    )


def _validation_data(data: ValidationData) -> str:
    certificates = _each("xades:EncapsulatedX509Certificate", data.certificates)
    crls = _each("xades:EncapsulatedCRLValue", data.crls)
    answers = _each("xades:EncapsulatedOCSPValue", data.ocsps)
    after = f"<xades:OCSPValues>{answers}</xades:OCSPValues>" if answers else ""
    return (
        f"<xades:CertificateValues>{certificates}</xades:CertificateValues>"
        f"<xades:RevocationValues><xades:CRLValues>{crls}</xades:CRLValues>"
        f"{after}</xades:RevocationValues>"
    )


def _each(name: str, values: Iterable[bytes]) -> str:
    return "".join(f"<{name}>{_base64(value)}</{name}>" for value in values)
