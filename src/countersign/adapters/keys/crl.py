"""Certificate revocation lists (RFC 5280, 5). Always empty: signers' certificates live an hour, and
the platform's are replaced, not revoked. They are published because validators refuse a certificate
without any."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from countersign.adapters.keys.material import ValidationMaterial
from countersign.adapters.keys.store import StoredKey

_FRESH = timedelta(minutes=1)
_GOOD_FOR = timedelta(days=7)


class Crls:
    """Issues the lists of all authorities together, at most once a minute."""

    def __init__(self, authorities: Mapping[str, StoredKey]) -> None:
        self._authorities = authorities
        self._lock = threading.Lock()
        self._issued: tuple[datetime, dict[str, bytes], ValidationMaterial] | None = None

    def get(self, name: str, at: datetime) -> bytes:
        return self._current(at)[0][name]

    def validation(self, at: datetime) -> ValidationMaterial:
        return self._current(at)[1]

    def _current(self, at: datetime) -> tuple[dict[str, bytes], ValidationMaterial]:
        with self._lock:
            if self._issued is None or not timedelta() <= at - self._issued[0] < _FRESH:
                lists = {name: _issue(ca, at) for name, ca in self._authorities.items()}
                certificates = tuple(ca.certificate for ca in self._authorities.values())
                self._issued = at, lists, ValidationMaterial(certificates, tuple(lists.values()))
            return self._issued[1:]


def _issue(authority: StoredKey, at: datetime) -> bytes:
    key = authority.key
    issued = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(x509.load_der_x509_certificate(authority.certificate).subject)
        .last_update(at)
        .next_update(at + _GOOD_FOR)
        # Seconds since 1970: grows without a counter that processes would have to share
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return issued.public_bytes(serialization.Encoding.DER)
