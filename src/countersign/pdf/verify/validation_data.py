"""The DSS: certificates and revocation data that we know, nothing else (docs/pdf-format.md, 4)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512, Hash
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from countersign.pdf.verify.certificates import DAMAGED, Certificate, Trust
from countersign.pdf.verify.objects import NewObjects
from countersign.pdf.verify.refusal import Refused, need

_REFERENCES = rb"\[([1-9]\d{0,9} 0 R(?: [1-9]\d{0,9} 0 R)*)\]"
_DSS = re.compile(
    rb"<</Type/DSS(?:/Certs%b)?(?:/CRLs%b)?(?:/OCSPs%b)?>>"
    % (_REFERENCES, _REFERENCES, _REFERENCES)
)
_STREAM = re.compile(rb"<</Length ([1-9]\d{0,8})>>\nstream\n")
_NAMING = (SHA1, SHA256, SHA384, SHA512)
_STREAM_END = b"\nendstream"


@dataclass(frozen=True)
class Said:
    """What the authorities say in the DSS. `issuers` are the names (DER) of those whose revocation
    data there is; `lists` are CRLs, `answers` OCSP responses with the name (DER) of the authority
    for which each was given, all of them signed by somebody we know."""

    issuers: frozenset[bytes] = frozenset()
    lists: tuple[x509.CertificateRevocationList, ...] = ()
    answers: tuple[tuple[bytes, ocsp.OCSPResponse], ...] = ()

    def tells_of(self, certificate: Certificate) -> bool:
        """Whether it could be seen here that it was revoked."""
        listed = any(one.issuer.public_bytes() == certificate.issuer for one in self.lists)
        return listed or any(True for _ in self._about(certificate))

    def need_not_revoked(self, certificate: Certificate, moment: datetime) -> None:
        """Raises Refused when it was, at that moment or before."""
        serial = certificate.parsed.serial_number
        for one in self.lists:
            if one.issuer.public_bytes() == certificate.issuer:
                entry = one.get_revoked_certificate_by_serial_number(serial)
                is_past = entry is None or entry.revocation_date_utc > moment
                need(is_past, f"certificate of {certificate.name} was revoked")
        for answer in self._about(certificate):
            when = answer.revocation_time_utc
            is_past = when is None or when > moment
            need(is_past, f"certificate of {certificate.name} was revoked")

    def _about(self, certificate: Certificate) -> Iterator[ocsp.OCSPResponse]:
        serial = certificate.parsed.serial_number
        for issuer, answer in self.answers:
            known = answer.certificate_status is not ocsp.OCSPCertStatus.UNKNOWN
            if known and issuer == certificate.issuer and answer.serial_number == serial:
                yield answer


def check_validation_data(body: bytes, objects: NewObjects, trust: Trust) -> Said:
    """What the authorities say in the DSS.

    Refuses anything in it that is not ours or not signed by a certificate we know, and a DSS that
    lacks what later validation needs: certificate and CRL of the root and the issuing authority.
    """
    found = _DSS.fullmatch(body)
    if found is None:
        raise Refused("form of the DSS")
    certificates, crls, responses = (list(_streams(group, objects)) for group in found.groups())
    need(trust.known.issuperset(certificates), "unknown certificate in the DSS")
    need(trust.authorities.issubset(certificates), "DSS lacks a certificate of the authorities")
    issuers = {_accepted(crl, _crl_issuer, trust) for crl in crls}
    need(trust.authority_names.issubset(issuers), "DSS lacks a CRL of the authorities")
    answers = [(_accepted(one, _responder, trust), one) for one in responses]
    return Said(
        frozenset(issuers | {name for name, _ in answers}),
        tuple(map(x509.load_der_x509_crl, crls)),
        tuple((name, ocsp.load_der_ocsp_response(one)) for name, one in answers),
    )


def _streams(references: bytes | None, objects: NewObjects) -> Iterator[bytes]:
    for number in (references or b"").split(b" ")[::3]:
        if number:
            body = objects.take(int(number))
            head = _STREAM.match(body)
            if head is None or not body.endswith(_STREAM_END):
                raise Refused("stream in the DSS")
            content = body[head.end() : -len(_STREAM_END)]
            need(len(content) == int(head[1]), "length of a stream in the DSS")
            yield content


def _accepted(data: bytes, issuer_of: Callable[[bytes, Trust], bytes], trust: Trust) -> bytes:
    """Who issued the revocation data `data`. Raises Refused unless we know them."""
    fingerprint = sha256(data).digest()
    if fingerprint not in trust.accepted_revocation:
        try:
            issuer = issuer_of(data, trust)
        except DAMAGED as error:
            raise Refused("damaged revocation data in the DSS") from error
        need(issuer, "revocation data in the DSS by an unknown issuer")
        trust.accepted_revocation[fingerprint] = issuer
    return trust.accepted_revocation[fingerprint]


def _crl_issuer(data: bytes, trust: Trust) -> bytes:
    crl = x509.load_der_x509_crl(data)
    for issuer in trust.known_certificates:
        if issuer.subject == crl.issuer and _is_signed(crl, issuer):
            return issuer.subject.public_bytes()
    return b""


def _is_signed(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return False
    return crl.is_signature_valid(key)


def _responder(data: bytes, trust: Trust) -> bytes:
    response = ocsp.load_der_ocsp_response(data)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return b""
    for authority in trust.known_certificates:
        delegated = [c for c in response.certificates if _is_delegated(c, authority)]
        if _is_for(response, authority) and any(
            _has_responded(response, signer) for signer in (authority, *delegated)
        ):
            return authority.subject.public_bytes()
    return b""


def _is_for(response: ocsp.OCSPResponse, authority: x509.Certificate) -> bool:
    """Whether what it tells of was issued by this authority, by both hashes of RFC 6960, 4.1.1.
    They name and protect nothing, so SHA-1, which most responders use, will do."""
    need(isinstance(response.hash_algorithm, _NAMING), "hash in an OCSP response")
    hashed = (authority.subject.public_bytes(), _key_bits(authority))
    found = []
    for data in hashed:
        digest = Hash(response.hash_algorithm)
        digest.update(data)
        found.append(digest.finalize())
    return [response.issuer_name_hash, response.issuer_key_hash] == found


def _key_bits(authority: x509.Certificate) -> bytes:
    """The bits of the key without what kind it is: what `issuerKeyHash` is a hash of."""
    key = authority.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    need(isinstance(key, rsa.RSAPublicKey), "key of an authority")
    return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)


def _is_delegated(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """RFC 6960, 4.2.2.2: whoever answers in an authority's place was named by it for that."""
    try:
        certificate.verify_directly_issued_by(issuer)
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (InvalidSignature, *DAMAGED):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in purposes


def _has_responded(response: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, digest = signer.public_key(), response.signature_hash_algorithm
    try:
        if isinstance(key, rsa.RSAPublicKey) and digest:
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and digest:
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(digest))
        else:
            return False
    except InvalidSignature:
        return False
    return True
