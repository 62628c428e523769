"""Who somebody is by the certificate of their key, and whether it may sign here.

What the verifiers would refuse in a finished document is refused here, before anybody is asked to
sign.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from countersign.adapters.keys.material import KeysUnusable, usable_key
from countersign.domain.errors import Invalid
from countersign.usecases.pki_port import KeyOwner

LONGEST_CHAIN = 5
MIN_RSA_BITS = 2048
_UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
}
# ETSI EN 319 412-1, 5.1.3: kind and country of the number that follows
_SEMANTICS = re.compile(r"(?:PNO|PAS|IDC|TIN|TAX)[A-Z]{2}-(.+)")


def owner_of(row: Sequence[bytes], roots: Sequence[bytes], at: datetime) -> KeyOwner:
    """`row` is the person's certificate and those that came with it, `roots` the authorities that
    are believed (DER). Raises Invalid with the field `certificate`."""
    try:
        leaf, *above = map(x509.load_der_x509_certificate, row)
        _check(leaf, at)
        path = _path(leaf, above, list(map(x509.load_der_x509_certificate, roots)), at)
        return KeyOwner(
            name=_name(leaf),
            national_id=_national_id(leaf),
            certificate=row[0],
            chain=tuple(map(_der, path[1:-1])),
            root=_der(path[-1]),
        )
    except KeysUnusable as problem:
        raise unusable(str(problem)) from None
    except (ValueError, x509.ExtensionNotFound):
        raise unusable("the certificate is damaged, or lacks what it must say") from None


def _check(leaf: x509.Certificate, at: datetime) -> None:
    key = usable_key(leaf, "the certificate")
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    purposes = _purposes(leaf)
    problems = {
        "is not valid now": not _is_valid(leaf, at),
        "is not for signing": not (usage.digital_signature or usage.content_commitment),
        "is an authority's": usage.key_cert_sign or _is_authority(leaf),
        "is for timestamps": ExtendedKeyUsageOID.TIME_STAMPING in purposes,
        "has a critical extension that is not known here": not _is_understood(leaf),
        "has a short key": isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_RSA_BITS,
    }
    for problem, is_so in problems.items():
        if is_so:
            raise unusable(f"the certificate {problem}")


def _path(
    leaf: x509.Certificate,
    above: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> list[x509.Certificate]:
    path = [leaf]
    while len(path) <= LONGEST_CHAIN:
        # The nearest authority that is believed ends it
        if root := next((one for one in roots if _may_issue(one, path, at)), None):
            return [*path, root]
        issuer = next((one for one in above if _may_issue(one, path, at)), None)
        if issuer is None or issuer in path:
            break
        path.append(issuer)
    raise unusable("the certificate is by no authority that is believed here")


def _may_issue(issuer: x509.Certificate, path: Sequence[x509.Certificate], at: datetime) -> bool:
    """Whether it has issued the end of `path`, and may have so many authorities below it (RFC 5280,
    6.1.4)."""
    try:
        path[-1].verify_directly_issued_by(issuer)
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    except (InvalidSignature, TypeError, ValueError):
        return False
    if not _is_authority(issuer, below=len(path) - 1) or (usage and not usage.key_cert_sign):
        return False
    return _is_valid(issuer, at) and _is_understood(issuer)


def _is_valid(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _is_understood(certificate: x509.Certificate) -> bool:
    return {one.oid for one in certificate.extensions if one.critical} <= _UNDERSTOOD


def _is_authority(certificate: x509.Certificate, below: int = 0) -> bool:
    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    return found.ca and (found.path_length is None or found.path_length >= below)


def _purposes(certificate: x509.Certificate) -> x509.ExtendedKeyUsage | tuple[()]:
    try:
        return certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return ()


def _name(certificate: x509.Certificate) -> str:
    """The whole name: people's common names are cut or are pseudonyms."""
    given = _attribute(certificate, NameOID.GIVEN_NAME), _attribute(certificate, NameOID.SURNAME)
    common = _attribute(certificate, NameOID.COMMON_NAME)
    if not common:
        raise unusable("the certificate names nobody")
    return (" ".join(given) if all(given) else common)[:200]


def _national_id(certificate: x509.Certificate) -> str:
    number = _attribute(certificate, NameOID.SERIAL_NUMBER)
    found = _SEMANTICS.fullmatch(number)
    return found[1] if found else number


def _attribute(certificate: x509.Certificate, kind: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(kind)
    return str(found[0].value).strip() if found else ""


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def unusable(why: str) -> Invalid:
    """What is said of a certificate that can't sign here."""
    return Invalid(why, {"certificate": why})
