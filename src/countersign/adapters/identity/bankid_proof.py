"""What BankID gives when a person has signed: their XML signature over what they saw, and their
bank's answer (OCSP) that the certificate was good then. Checked before anybody is called proved.

The form is BankID's signature profile: a `Signature` (W3C XML Signature) with two references, to
`bidSignedData` and to its own `bidKeyInfo`. Both are read from what the signature covers, never
from elsewhere in the file.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID
from lxml import etree

from countersign.adapters.keys.ocsp import is_good

XMLDSIG = "{http://www.w3.org/2000/09/xmldsig#}"
TYPES = "{http://www.bankid.com/signature/v1.0.0/types}"
MOST_CERTIFICATES = 6
# An order lives for three minutes, and is collected at the latest some minutes after that
FRESH = timedelta(minutes=30)


class ProofRefused(Exception):
    """Says why, without anybody's name or number."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What was to be signed, as it was sent (base64), and whose number was told beside it."""

    visible: str
    hidden: str
    number: str


@dataclass(frozen=True, slots=True)
class _Signed:
    certificates: tuple[bytes, ...]
    visible: str
    hidden: str


def check_proof(
    completed: Mapping[str, Any], expected: Expected, roots: Sequence[bytes], at: datetime
) -> None:
    """`completed` is BankID's `completionData`, `roots` (DER) whom to believe about persons, `at`
    the present. Raises ProofRefused."""
    signed = _signed(_decoded(completed.get("signature")))
    if (signed.visible, signed.hidden) != (expected.visible, expected.hidden):
        raise ProofRefused("another text was signed than was sent")
    _check_person(signed.certificates[0], expected.number)
    _check_path(signed.certificates, _decoded(completed.get("ocspResponse")), roots, at)


def _decoded(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error:
        raise ProofRefused("no signature, or no OCSP response") from None


# ------------------------------------------------------------------ the signature


def _signed(xml: bytes) -> _Signed:
    root = _parsed(xml)
    certificates = _certificates(root)
    covered = {element.tag: element for element in _covered(root, certificates[0])}
    try:
        data, info = covered[f"{TYPES}bankIdSignedData"], covered[f"{XMLDSIG}KeyInfo"]
    except KeyError:
        raise ProofRefused("the signature covers other things than it should") from None
    if _certificates(info) != certificates:
        raise ProofRefused("other certificates than were signed")
    return _Signed(certificates, _only(data, "usrVisibleData"), _only(data, "usrNonVisibleData"))


def _parsed(xml: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise ProofRefused("the signature is no XML") from None
    if root.tag != f"{XMLDSIG}Signature" or b"<!DOCTYPE" in xml:
        raise ProofRefused("that is no XML signature")
    return root


def _certificates(within: etree._Element) -> tuple[bytes, ...]:
    """The person's first."""
    path = f".//{XMLDSIG}X509Data/{XMLDSIG}X509Certificate"
    found = [_decoded("".join((one.text or "").split())) for one in within.iterfind(path)]
    if not 0 < len(found) <= MOST_CERTIFICATES:
        raise ProofRefused("number of certificates")
    return tuple(found)


def _covered(root: etree._Element, certificate: bytes) -> list[etree._Element]:
    """What the signature covers, each part canonicalised and parsed again."""
    from signxml.exceptions import SignXMLException  # only where there is BankID
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    wanted = SignatureConfiguration(location="./", expect_references=2)
    verifier = XMLVerifier()
    # BankID declares its namespace again within; libxml2 takes that back in what is below. What
    # comes out is what was signed, and is all that is read
    verifier.excise_empty_xmlns_declarations = True
    try:
        found = verifier.verify(
            root, x509_cert=x509.load_der_x509_certificate(certificate), expect_config=wanted
        )
    except (SignXMLException, ValueError, TypeError, etree.LxmlError) as problem:
        raise ProofRefused(f"the signature does not verify: {type(problem).__name__}") from None
    parts = found if isinstance(found, list) else [found]
    return [part.signed_xml for part in parts if part.signed_xml is not None]


def _only(data: etree._Element, name: str) -> str:
    found = data.findall(f"{TYPES}{name}")
    if len(found) != 1:
        raise ProofRefused("the form of what was signed")
    return "".join((found[0].text or "").split())


# ------------------------------------------------------------------ whose it is


def _check_person(certificate: bytes, number: str) -> None:
    subject = x509.load_der_x509_certificate(certificate).subject
    found = subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    if [one.value for one in found] != [number]:
        raise ProofRefused("the certificate is another person's")


def _check_path(
    certificates: Sequence[bytes], response: bytes, roots: Sequence[bytes], at: datetime
) -> None:
    """To a root that is believed (RFC 5280, 6), and not revoked by the bank's answer."""
    from asn1crypto import x509 as asn1_x509
    from pyhanko_certvalidator import CertificateValidator, ValidationContext
    from pyhanko_certvalidator.errors import PathError, ValidationError

    try:
        leaf, *above = map(asn1_x509.Certificate.load, certificates)
        believed = list(map(asn1_x509.Certificate.load, roots))
        context = ValidationContext(trust_roots=believed, moment=at, allow_fetching=False)
        validator = CertificateValidator(leaf, above, validation_context=context)
        path = asyncio.run(validator.async_validate_usage({"non_repudiation"}))  # type: ignore[no-untyped-call]
        issuer = x509.load_der_x509_certificate(
            path.find_issuing_authority(leaf).certificate.dump()
        )
        _check_answer(response, x509.load_der_x509_certificate(certificates[0]), issuer, at)
    except (PathError, ValidationError, ValueError, TypeError) as problem:
        raise ProofRefused(f"the certificate is not good: {type(problem).__name__}") from None


def _check_answer(
    response: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
) -> None:
    """Raises ValueError for what is no OCSP response."""
    answer = ocsp.load_der_ocsp_response(response)
    if not is_good(answer, certificate, issuer, at) or at - answer.this_update_utc > FRESH:
        raise ProofRefused("the bank's answer is not about this certificate now")
    if answer.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        raise ProofRefused("the certificate was revoked")
