"""An act in two halves, for keys that are with somebody else, who has to be asked first.

Whoever lets a person sign at a distance wants the hash before he asks the person (CEN EN 419 241-1,
sole control level 2), and answers minutes later. So the segment is written and kept with its gap
empty, and the signature comes in when it is there. The bytes are those of `act`.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from countersign.pdf import cms
from countersign.pdf.act import ActValues, write_act
from countersign.pdf.errors import BadSignature, PdfError, StaleAct
from countersign.pdf.state import BaseState, ChainState, Digest, Revision
from countersign.pdf.update import Unsigned

_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)


def certified(
    certificate: bytes, chain: tuple[bytes, ...] = (), *, pss: bool = False
) -> cms.Certified:
    """From DER, `chain` without the root; `pss`: an RSA key signs by RSASSA-PSS. Raises PdfError
    for what is no certificate of a P-256 or RSA key."""
    return cms.Certified(_public_key(certificate), certificate, chain, pss=pss)


@dataclass(frozen=True)
class PreparedAct:
    """An act without its signature. `segment` is what will be appended, its /Contents empty
    between `opens` and `closes`; `after` the state of the file with it; `attributes` what is to be
    signed; `certificate` and `chain` the signer's, DER, who signs by RSASSA-PSS if `pss`."""

    segment: bytes
    opens: int
    closes: int
    after: ChainState
    attributes: bytes
    certificate: bytes
    chain: tuple[bytes, ...]
    pss: bool = False

    @property
    def to_sign(self) -> bytes:
        """SHA-256 of what is to be signed: the hash that the key's keeper is given."""
        return hashlib.sha256(self.attributes).digest()

    def to_json(self) -> str:
        """Holds what the signer wrote: to be stored closed."""
        return json.dumps(
            {
                "segment": _text(self.segment),
                "gap": [self.opens, self.closes],
                "after": [self.after.size, self.after.prev, self.after.length],
                "attributes": _text(self.attributes),
                "certificate": _text(self.certificate),
                "chain": list(map(_text, self.chain)),
                "pss": self.pss,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "PreparedAct":
        kept: dict[str, Any] = json.loads(text)
        return cls(
            segment=base64.b64decode(kept["segment"]),
            opens=kept["gap"][0],
            closes=kept["gap"][1],
            after=ChainState(*kept["after"]),
            attributes=base64.b64decode(kept["attributes"]),
            certificate=base64.b64decode(kept["certificate"]),
            chain=tuple(map(base64.b64decode, kept["chain"])),
            pss=kept["pss"],
        )


def prepare_act(
    state: BaseState,
    chain: ChainState,
    digest: Digest,
    slot: int,
    values: ActValues,
    signer: cms.Certified,
    timestamper: cms.Timestamper,
    at: datetime,
) -> PreparedAct:
    """As `act`, without a key; the timestamper is not asked yet. Raises BadAct, UnusableImage."""
    room = cms.signature_room(signer, timestamper)
    unsigned = write_act(state, chain, slot, values, room, at)
    attributes = cms.signed_attributes(signer, unsigned.digest(digest))
    return PreparedAct(
        segment=bytes(unsigned.segment),
        opens=unsigned.opens,
        closes=unsigned.closes,
        after=unsigned.chain,
        attributes=attributes,
        certificate=signer.certificate,
        chain=signer.chain,
        pss=signer.algorithm == cms.RSA_PSS_SHA256,
    )


def finish_act(
    prepared: PreparedAct, digest: Digest, value: bytes, timestamper: cms.Timestamper
) -> Revision:
    """The act with its signature. `digest` is the midstate over the file as it is now, `value` the
    signature over `prepared.to_sign`: RSASSA-PKCS1-v1_5 or -PSS as it was prepared for, or ECDSA as
    DER or as both numbers in a row. Raises StaleAct when the file is not the one that the act was
    prepared for, BadSignature when the value is not the certificate's, NoRoom, and what
    `timestamper` raises."""
    signer = certified(prepared.certificate, prepared.chain, pss=prepared.pss)
    unsigned = Unsigned(
        bytearray(prepared.segment), prepared.opens, prepared.closes, prepared.after
    )
    if cms.signed_attributes(signer, unsigned.digest(digest)) != prepared.attributes:
        raise StaleAct("the file is another than when the act was prepared")
    checked = checked_value(prepared.certificate, value, prepared.attributes, pss=prepared.pss)
    return unsigned.fill(
        digest, lambda _digest: cms.assemble(signer, prepared.attributes, checked, timestamper)
    )


def _public_key(certificate: bytes) -> cms.PublicKey:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError:
        raise PdfError("the signer's certificate is damaged") from None
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise PdfError("cannot sign with this kind of key; P-256 and RSA are possible")
    return key


def checked_value(certificate: bytes, value: bytes, data: bytes, *, pss: bool = False) -> bytes:
    """The signature over `data` in the one form that may stand in a file: RSASSA-PKCS1-v1_5, with
    `pss` RSASSA-PSS, or ECDSA as DER. Raises BadSignature when it is not made with the key of
    `certificate` (DER)."""
    key = _public_key(certificate)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, data, _PSS if pss else padding.PKCS1v15(), hashes.SHA256())
            return value
        value = _as_der(value)
        key.verify(value, data, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        raise BadSignature("the signature is not made with the certificate's key") from None
    return value


def _as_der(value: bytes) -> bytes:
    try:
        return utils.encode_dss_signature(*utils.decode_dss_signature(value))
    except ValueError:
        half = len(value) // 2
        numbers = (int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))
        return utils.encode_dss_signature(*numbers)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
