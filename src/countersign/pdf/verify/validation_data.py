"""The DSS: certificates and revocation data that we know, nothing else (docs/pdf-format.md, 4)."""

import re
from collections.abc import Callable, Iterator
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp

from countersign.pdf.verify.certificates import DAMAGED, Trust
from countersign.pdf.verify.objects import NewObjects
from countersign.pdf.verify.refusal import Refused, need

_REFERENCES = rb"\[([1-9]\d{0,9} 0 R(?: [1-9]\d{0,9} 0 R)*)\]"
_DSS = re.compile(
    rb"<</Type/DSS(?:/Certs%b)?(?:/CRLs%b)?(?:/OCSPs%b)?>>"
    % (_REFERENCES, _REFERENCES, _REFERENCES)
)
_STREAM = re.compile(rb"<</Length ([1-9]\d{0,8})>>\nstream\n")
_STREAM_END = b"\nendstream"


def check_validation_data(body: bytes, objects: NewObjects, trust: Trust) -> frozenset[bytes]:
    """Names (DER) of the authorities whose revocation data the DSS holds.

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
    responders = {_accepted(response, _responder, trust) for response in responses}
    return frozenset(issuers | responders)


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
        delegated = [c for c in response.certificates if _is_issued(c, authority)]
        if any(_has_responded(response, signer) for signer in (authority, *delegated)):
            return authority.subject.public_bytes()
    return b""


def _is_issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *DAMAGED):
        return False
    return True


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
