"""The verifier of the XML that we write (docs/xades-format.md): anything unexpected is refused.

Each part is found by its place, never by its Id, so that no second part can stand in for a signed
one. Works offline, on the file alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Protocol

from cryptography import x509
from cryptography.x509 import ocsp
from lxml import etree

from countersign.xades.verify import certificates as certs
from countersign.xades.verify.refusal import Refused, need
from countersign.xades.verify.report import Level, Report
from countersign.xades.verify.xml import (
    DS,
    MAX_BYTES,
    XADES,
    canonical,
    decoded,
    need_text,
    parts,
    root_of,
    rows,
    text,
)

__all__ = ["MAX_BYTES", "TokenCheck", "verify"]

CLAIMED_TIME_TOLERANCE = timedelta(minutes=5)
# Of a key that is with somebody else, who is asked between the claim and the proof
DEFERRED_TIME_TOLERANCE = timedelta(hours=1)
_MAX_CERTIFICATES = 20
_MAX_CRLS = 20

_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_BASE64 = "http://www.w3.org/2000/09/xmldsig#base64"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_TO_CONTENT = {"Id": "content-reference", "URI": "#content"}
_TO_PROPERTIES = {"Type": "http://uri.etsi.org/01903#SignedProperties", "URI": "#properties"}
_APPROVAL = "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval"


class Stamp(Protocol):
    """What a timestamp token proves: UTC time, who says so, whether its certificate leads to one of
    the roots, and the Name (DER) of the authority above it."""

    @property
    def time(self) -> datetime: ...
    @property
    def source(self) -> str: ...
    @property
    def trusted(self) -> bool: ...
    @property
    def issuer(self) -> bytes: ...


TokenCheck = Callable[[bytes, bytes, Sequence[bytes]], Stamp]
"""From a token, a SHA-256 imprint and roots (all DER) to what it proves. Raises Refused."""


@dataclass(frozen=True, slots=True)
class _Signed:
    """What the signed properties say."""

    time: datetime
    certificate: bytes
    media_type: str
    consent: str


@dataclass(frozen=True, slots=True)
class _Unsigned:
    token: bytes | None = None
    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[x509.CertificateRevocationList, ...] = ()
    responses: tuple[ocsp.OCSPResponse, ...] = ()


def verify(
    xml: bytes,
    roots: Sequence[bytes],
    at: datetime,
    check_token: TokenCheck,
    tolerance: timedelta = CLAIMED_TIME_TOLERANCE,
) -> Report:
    """What an enveloping signature of ours holds, who made it and when.

    `roots` are DER certificates of the authorities to believe, `at` the moment at which a signature
    without a trusted timestamp is judged, `tolerance` how far the time claimed may be from the one
    proven. An intact signature of somebody unknown gives a report
    that is not trusted. Raises Refused for all else.
    """
    root = root_of(xml)
    need(root.tag == f"{DS}Signature", "the file is no XML signature")
    names = ("SignedInfo", "SignatureValue", "KeyInfo", "Object", "Object")
    info, value, keys, held, qualifying = parts(root, *_ds(*names), attributes={"Id": "signature"})
    chain = _chain(keys)
    properties, unsigned = _properties(qualifying)
    content = _content(held)
    method = _check_references(info, content, properties)
    certs.check_value(chain[0], method, decoded(value, {"Id": "value"}), canonical(info))
    signed = _signed(properties)
    need(certs.fingerprint(chain[0]) == signed.certificate, "another certificate than was signed")
    need(held.get("MimeType") == signed.media_type, "another media type than was signed")
    stamp = _stamp(unsigned, value, roots, check_token)
    if stamp is not None:
        apart = abs(stamp.time - signed.time)
        need(apart <= tolerance, "the time claimed is far from the one proven")
    return _judged(signed, content, chain, unsigned, stamp, roots, at)


def _ds(*names: str) -> tuple[str, ...]:
    return tuple(f"{DS}{name}" for name in names)


def _xades(*names: str) -> tuple[str, ...]:
    return tuple(f"{XADES}{name}" for name in names)


def _content(node: etree._Element) -> bytes:
    media_type = str(node.get("MimeType"))  # compared with the signed one
    return decoded(node, {"Encoding": _BASE64, "Id": "content", "MimeType": media_type})


def _chain(keys: etree._Element) -> list[x509.Certificate]:
    """The signer's certificate and those above it."""
    (data,) = parts(keys, f"{DS}X509Data")
    return _certificates(data, f"{DS}X509Certificate")


def _certificates(node: etree._Element, name: str) -> list[x509.Certificate]:
    return [certs.certificate_of(decoded(row)) for row in rows(node, name, _MAX_CERTIFICATES)]


# --- what is signed ----------------------------------------------------------------------------


def _check_references(info: etree._Element, content: bytes, properties: etree._Element) -> str:
    """Both references name and hash what they should; answers with the signature method."""
    names = ("CanonicalizationMethod", "SignatureMethod", "Reference", "Reference")
    form, method, to_content, to_properties = parts(info, *_ds(*names))
    need_text(form, "", {"Algorithm": _C14N})
    algorithm = str(method.get("Algorithm"))
    need_text(method, "", {"Algorithm": algorithm})
    _check_digest(to_content, _TO_CONTENT, _BASE64, content, "the text was changed")
    signed = canonical(properties)
    _check_digest(to_properties, _TO_PROPERTIES, _C14N, signed, "the properties were changed")
    return algorithm


def _check_digest(
    reference: etree._Element, kind: dict[str, str], transform: str, data: bytes, reason: str
) -> None:
    names = ("Transforms", "DigestMethod", "DigestValue")
    transforms, method, value = parts(reference, *_ds(*names), attributes=kind)
    (one,) = parts(transforms, f"{DS}Transform")
    need_text(one, "", {"Algorithm": transform})
    need_text(method, "", {"Algorithm": _SHA256})
    need(decoded(value) == sha256(data).digest(), reason)


def _signed(properties: etree._Element) -> _Signed:
    names = ("SignedSignatureProperties", "SignedDataObjectProperties")
    of_signature, of_data = parts(properties, *_xades(*names), attributes={"Id": "properties"})
    time, named = parts(of_signature, *_xades("SigningTime", "SigningCertificateV2"))
    kind, *consent = parts(
        of_data, *_xades("DataObjectFormat"), optional=_xades("CommitmentTypeIndication")
    )
    about = {"ObjectReference": "#content-reference"}
    (media_type,) = parts(kind, *_xades("MimeType"), attributes=about)
    return _Signed(
        time=_time(text(time)),
        certificate=_named_certificate(named),
        media_type=text(media_type),
        consent=_consent(consent[0]) if consent else "",
    )


def _time(written: str) -> datetime:
    try:
        return datetime.strptime(written, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Refused("form of the signing time") from error


def _named_certificate(node: etree._Element) -> bytes:
    (certificate,) = parts(node, *_xades("Cert"))
    (digest,) = parts(certificate, *_xades("CertDigest"))
    method, value = parts(digest, *_ds("DigestMethod", "DigestValue"))
    need_text(method, "", {"Algorithm": _SHA256})
    return decoded(value)


def _consent(node: etree._Element) -> str:
    names = ("CommitmentTypeId", "ObjectReference", "CommitmentTypeQualifiers")
    kind, target, qualifiers = parts(node, *_xades(*names))
    (identifier,) = parts(kind, *_xades("Identifier"))
    need_text(identifier, _APPROVAL)
    need_text(target, "#content-reference")
    (qualifier,) = parts(qualifiers, *_xades("CommitmentTypeQualifier"))
    return text(qualifier)


# --- what is not signed ------------------------------------------------------------------------


def _properties(node: etree._Element) -> tuple[etree._Element, _Unsigned]:
    (qualifying,) = parts(node, *_xades("QualifyingProperties"))
    signed, *rest = parts(
        qualifying,
        *_xades("SignedProperties"),
        optional=_xades("UnsignedProperties"),
        attributes={"Target": "#signature"},
    )
    return signed, _unsigned(rest[0]) if rest else _Unsigned()


def _unsigned(node: etree._Element) -> _Unsigned:
    (properties,) = parts(node, *_xades("UnsignedSignatureProperties"))
    more = _xades("CertificateValues", "RevocationValues")
    stamp, *rest = parts(properties, *_xades("SignatureTimeStamp"), optional=more)
    form, token = parts(stamp, f"{DS}CanonicalizationMethod", f"{XADES}EncapsulatedTimeStamp")
    need_text(form, "", {"Algorithm": _C14N})
    need(len(rest) != 1, "certificates without revocation lists, or the other way round")
    if not rest:
        return _Unsigned(decoded(token))
    certificates, revocation = rest
    found = _certificates(certificates, f"{XADES}EncapsulatedX509Certificate")
    lists, *answers = parts(revocation, *_xades("CRLValues"), optional=_xades("OCSPValues"))
    crls = rows(lists, f"{XADES}EncapsulatedCRLValue", _MAX_CRLS)
    responses = rows(answers[0], f"{XADES}EncapsulatedOCSPValue", _MAX_CRLS) if answers else []
    return _Unsigned(
        decoded(token),
        tuple(found),
        tuple(certs.crl_of(decoded(row)) for row in crls),
        tuple(certs.ocsp_of(decoded(row)) for row in responses),
    )


def _stamp(
    unsigned: _Unsigned, value: etree._Element, roots: Sequence[bytes], check_token: TokenCheck
) -> Stamp | None:
    """A token that is there must hold: else somebody has put it there."""
    if unsigned.token is None:
        return None
    return check_token(unsigned.token, sha256(canonical(value)).digest(), roots)


# --- the judgement -----------------------------------------------------------------------------


def _judged(
    signed: _Signed,
    content: bytes,
    chain: list[x509.Certificate],
    unsigned: _Unsigned,
    stamp: Stamp | None,
    roots: Iterable[bytes],
    at: datetime,
) -> Report:
    proven = stamp is not None and stamp.trusted
    moment = stamp.time if stamp is not None and stamp.trusted else at
    leaf, known = chain[0], [*chain[1:], *unsigned.certificates]
    certs.need_may_sign(leaf)
    path = certs.path_of(leaf, known, map(certs.certificate_of, roots), moment)
    certs.need_not_revoked(path, unsigned.crls, unsigned.responses, moment)
    return Report(
        content=content,
        media_type=signed.media_type,
        consent=signed.consent,
        who=certs.name_of(leaf),
        email=certs.email_of(leaf),
        certificate=certs.encoded(leaf),
        when=stamp.time if stamp else signed.time,
        time_source=stamp.source if stamp else "",
        time_trusted=proven,
        level=_level(leaf, known, unsigned, stamp),
        trusted=bool(path),
    )


def _level(
    leaf: x509.Certificate,
    known: list[x509.Certificate],
    unsigned: _Unsigned,
    stamp: Stamp | None,
) -> Level:
    """B-LT where lists and responses in the file tell of all below the root, a list of the
    timestamp authority's certificate; that is a property of the file, so any root does."""
    if stamp is None:
        return "B-B"
    ends = [one for one in known if one.subject == one.issuer]
    path = certs.path_of(leaf, known, ends, stamp.time)
    above = {
        one.issuer.public_bytes()
        for one, issuer in pairwise(path)
        if not any(certs.answers_about(one, issuer, unsigned.responses))
    } | {stamp.issuer}
    told = certs.documented(known, unsigned.crls, stamp.time)
    return "B-LT" if path and above <= told else "B-T"
