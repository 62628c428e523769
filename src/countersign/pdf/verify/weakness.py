"""Signatures that hold as mathematics, and prove nothing any more."""

from asn1crypto import algos
from pyhanko.sign.validation import EmbeddedPdfSignature

_FORGEABLE = {"md2", "md4", "md5", "sha1"}
"""Two documents of one digest can be made for little money."""

_SHORTEST_RSA = 2048
"""Bits; NIST SP 800-131A."""


def weakness_of(signature: EmbeddedPdfSignature) -> str | None:
    """Why nobody should rely on such a signature, or None."""
    value = _digest_of(signature.signer_info["signature_algorithm"])
    used = {signature.md_algorithm, signature.external_md_algorithm, value}
    if forgeable := sorted(used & _FORGEABLE):
        return f"it was made with {forgeable[0].upper()}, which can be forged"
    key = signature.signer_cert.public_key
    if key.algorithm.startswith("rsa") and key.bit_size < _SHORTEST_RSA:
        return f"its RSA key has {key.bit_size} bits, which is too short"
    return None


def _digest_of(algorithm: algos.SignedDigestAlgorithm) -> str:
    try:
        return str(algorithm.hash_algo)
    except ValueError:
        return ""
