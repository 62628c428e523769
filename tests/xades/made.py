"""Signed texts for tests: by `countersign.xades`, with the keys of an installation or of others."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from cryptography.hazmat.primitives.asymmetric import rsa

from countersign import pdf
from countersign.adapters.keys.material import ValidationMaterial
from countersign.adapters.pdf_engine.text_errands import checked_token
from countersign.xades import Signer, Timestamper, ValidationData, sign_text
from countersign.xades.verify import Report, verify
from tests.pdf.chain import ASA, World
from tests.pdf.foreign import Authority, Key, token

TEXT = "Arbetsavtal\n\n  § 1  Lön: 40 000 kr  \r\n\tΚείμενο, 契約, عقد\n".encode()
CONSENT = "I have read <the document> & agree, Åsa."


class Options(TypedDict, total=False):
    key: Signer
    timestamper: Timestamper
    at: datetime
    consent: str
    validation: ValidationData | None


@dataclass(frozen=True)
class Maker:
    """Signs as one installation does."""

    world: World

    @classmethod
    @functools.cache
    def usual(cls) -> Maker:
        return cls(World.new())

    @property
    def root(self) -> bytes:
        return self.world.keys.certificate("root")

    def validation(self) -> ValidationMaterial:
        return self.world.keys.validation(self.world.clock())

    def signed(
        self, content: bytes = TEXT, media_type: str = "text/plain", **options: Unpack[Options]
    ) -> bytes:
        return sign_text(
            content,
            media_type,
            options.get("key") or self.world.person(ASA),
            options.get("timestamper") or self.world.timestamper(),
            options.get("at") or self.world.clock(),
            consent=options.get("consent", CONSENT),
            validation=options.get("validation", self.validation()),
        )

    def verified(
        self,
        xml: bytes,
        after: timedelta = timedelta(),
        roots: Sequence[bytes] | None = None,
    ) -> Report:
        """As of now, or of some time `after`."""
        moment = self.world.clock() + after
        return verify(xml, [self.root] if roots is None else roots, moment, checked_token)


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def signer_of(authority: Authority, key: Key, **purpose: bool) -> pdf.Signer:
    """Somebody whom another authority certified."""
    return pdf.Signer(key, authority.certified(key, "Rosa Räv", **purpose), [authority.root_der])


def stamper_of(authority: Authority) -> Timestamper:
    return functools.partial(_stamped, authority)


def _stamped(authority: Authority, imprint: bytes) -> bytes:
    return token(authority.timestamper, imprint)
