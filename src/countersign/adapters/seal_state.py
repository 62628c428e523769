"""The seal key and the timestamp authorities, as members are shown them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from countersign.adapters.pdf_engine import Keyring
from countersign.turns import waiting
from countersign.usecases.seal_port import ClockFacts, SealFacts

SOON = timedelta(days=60)


class KeyringState:
    """The port SealState."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def seal(self) -> SealFacts:
        certificate = x509.load_der_x509_certificate(self._keyring.seal().certificate)
        ends, now = certificate.not_valid_after_utc, self._keyring.now()
        return SealFacts(
            own_key=self._keyring.own_seal,
            subject=certificate.subject.rfc4514_string(),
            issuer=certificate.issuer.rfc4514_string(),
            ends=ends,
            algorithm=f"{_key(certificate)}, SHA-256",
            state="bad" if ends <= now else "fair" if ends <= now + SOON else "good",
        )

    def clocks(self) -> Sequence[ClockFacts]:
        authorities = self._keyring.authorities
        met = authorities.met if authorities else ()
        return [ClockFacts(one.host, one.good_at, one.bad_at, one.why) for one in met]

    def ask_clocks(self) -> None:
        if self._keyring.authorities:
            with waiting():
                self._keyring.authorities.ask_each()


def _key(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size} bit"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA {key.curve.name}"
    return type(key).__name__
