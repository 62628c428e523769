"""Signers who have a key of their own, with a certificate of another authority (docs/pdf-format.md,
section 8)."""

from collections.abc import Iterable
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from countersign.pdf.verify.certificates import DAMAGED, Certificate, Trust, has_issued
from countersign.pdf.verify.refusal import Refused, need

LONGEST_CHAIN = 5


def foreign_signer(
    certificates: Iterable[bytes], fingerprint: str, trust: Trust
) -> tuple[Certificate, bool]:
    """The certificate with this SHA-256 (hex), and whether its chain leads to one of
    `trust.signer_roots`. Raises Refused unless it is there and may sign documents, and all others
    are its chain: the certificates (DER) of a signature hold nothing that nobody has asked for."""
    row = list(certificates)
    leaves = [one for one in row if sha256(one).hexdigest() == fingerprint]
    if len(leaves) != 1:
        raise Refused("the signer's own certificate is not the recorded one")
    leaf = Certificate(leaves[0], foreign=True)
    need(leaves[0] not in trust.known, "a signer signed with a certificate of the platform")
    need(not _is_ours(leaf, trust), "a certificate of this platform is said to be another's")
    _need_profile(leaf.parsed)
    top = _top(leaf, [one for one in row if one != leaves[0]])
    return leaf, any(top.encoded == root or _leads_to(root, top) for root in trust.signer_roots)


def _is_ours(leaf: Certificate, trust: Trust) -> bool:
    return leaf.issuer == trust.issuer.subject.public_bytes()


def _top(leaf: Certificate, others: list[bytes]) -> Certificate:
    """The end of the chain, which uses up all the others."""
    need(len(others) < LONGEST_CHAIN, "chain of a signer is too long")
    top = leaf
    while others:
        above = [one for one in others if _leads_to(one, top)]
        if len(above) != 1:
            raise Refused("a certificate that is not of the signer's chain")
        others.remove(above[0])
        top = Certificate(above[0])
    return top


def _leads_to(candidate: bytes, below: Certificate) -> bool:
    """Whether `candidate` is an authority and has issued the certificate below it."""
    try:
        parsed = x509.load_der_x509_certificate(candidate)
        constraints = parsed.extensions.get_extension_for_class(x509.BasicConstraints).value
    except DAMAGED:
        return False
    return constraints.ca and has_issued(candidate, below.parsed)


def _need_profile(certificate: x509.Certificate) -> None:
    """What every kind of certificate for signatures of persons has in common."""
    try:
        extensions = certificate.extensions
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except DAMAGED as error:
        raise Refused("a signer's certificate lacks an extension") from error
    may_sign = usage.digital_signature or usage.content_commitment
    need(may_sign and not usage.key_cert_sign, "key usage of a signer")
    for extension in extensions:
        value = extension.value
        if isinstance(value, x509.BasicConstraints):
            need(not value.ca, "a signer's certificate is a CA certificate")
        if isinstance(value, x509.ExtendedKeyUsage):
            need(ExtendedKeyUsageOID.TIME_STAMPING not in value, "extended key usage of a signer")
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        need(isinstance(key.curve, ec.SECP256R1), "kind of a signer's key")
