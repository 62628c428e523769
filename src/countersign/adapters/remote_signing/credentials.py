"""What a Cloud Signature Consortium service says of a person's key (API v2.0, 11.5)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from countersign.adapters.keys.material import KeysUnusable, usable_key

RSA_SHA256, RSA = "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.1"
RSA_PSS = "1.2.840.113549.1.1.10"
ECDSA_SHA256, EC = "1.2.840.10045.4.3.2", "1.2.840.10045.2.1"
MODES = ("explicit", "oauth2code")
LONGEST_CHAIN = 5


@dataclass(frozen=True, slots=True)
class CscCredential:
    """`certificates` are the person's and those above, without the root. `algorithm` is what
    signHash is asked for; `mode` how the person lets it sign, `asked` the fields for it (id, label,
    whether digits only, whether the service has to send something first); `most` how many
    signatures one authorization is good for."""

    id: str
    certificates: tuple[bytes, ...]
    algorithm: str
    mode: str
    asked: tuple[Mapping[str, Any], ...]
    most: int


def credential_of(id: str, info: Mapping[str, Any]) -> CscCredential | None:
    """None for one that cannot be used here: disabled, expired, of another kind, or damaged."""
    try:
        key, cert, auth = info["key"], info["cert"], info["auth"]
        usable = key["status"] == "enabled" and cert.get("status", "valid") == "valid"
        certificates = _certificates(cert["certificates"])
        algorithm = _algorithm(key["algo"])
        if not usable or algorithm is None or auth["mode"] not in MODES:
            return None
        asked = tuple(map(_asked, auth.get("objects") or ()))
        most = int(info.get("multisign", 1))
    except (KeyError, TypeError, AttributeError, ValueError, KeysUnusable):
        return None
    return CscCredential(id, certificates, algorithm, auth["mode"], asked, most)


def _certificates(encoded: list[str]) -> tuple[bytes, ...]:
    """Raises ValueError and KeysUnusable."""
    row = [base64.b64decode(one, validate=True) for one in encoded[: LONGEST_CHAIN + 1]]
    if not row:
        raise ValueError("no certificate")
    parsed = [x509.load_der_x509_certificate(one) for one in row]
    usable_key(parsed[0], "the certificate")
    above = zip(row[1:], parsed[1:], strict=True)
    return (row[0], *(one for one, read in above if read.subject != read.issuer))


def _algorithm(offered: list[str]) -> str | None:
    """The one that names its hash where there is a choice; PSS where there is none."""
    wanted = (RSA_SHA256, ECDSA_SHA256, RSA, EC, RSA_PSS)
    return next((one for one in wanted if one in offered), None)


def _asked(found: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "id": str(found["id"]),
        "label": str(found.get("label", found["id"])),
        "digits": found.get("format") == "N",
        "sent": found.get("type") == "ChallengeResponse",
    }
