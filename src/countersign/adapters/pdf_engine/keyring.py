"""The keys and timestamps that the engine signs with, from `adapters.keys`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from countersign import pdf
from countersign.adapters.caching import Recent
from countersign.adapters.keys.local import ROLES, LocalKeys, Role
from countersign.adapters.keys.material import KeyMaterial, Person, ValidationMaterial
from countersign.domain.errors import Unavailable
from countersign.pdf.verify.certificates import Trust
from countersign.turns import waiting
from countersign.usecases.ports import Clock

if TYPE_CHECKING:  # brings an HTTP client, which most installations of it need not load
    from countersign.adapters.keys.rfc3161 import RemoteTimestamper

LONGEST_WAIT, A_MOMENT = 5.0, 0.01  # seconds
SET_THE_CLOCK = (
    "a document was stamped at a time that this machine's clock has not reached; set the clocks of"
    " all servers (NTP). What waits for it goes on by itself"
)

log = structlog.get_logger(__name__)


class Keyring:
    """The local authority's keys; `seal`, where given, replaces its seal key (a PKCS#12 file's),
    and `tsa_urls` its timestamp authority."""

    def __init__(
        self,
        local: LocalKeys,
        clock: Clock,
        seal: KeyMaterial | None = None,
        tsa_urls: Sequence[str] = (),
    ) -> None:
        self._local, self._clock, self._seal = local, clock, seal
        self._remote = _Remote(tsa_urls, clock) if tsa_urls else None
        self._signers: Recent[pdf.Signer] = Recent(20)
        self._timestampers: Recent[pdf.Timestamper] = Recent(4)
        self._validation: tuple[ValidationMaterial, pdf.ValidationData] | None = None
        self._trust: tuple[tuple[int, ...], Trust] | None = None

    @property
    def own_seal(self) -> bool:
        """Whether the seal key was given, and is not the local authority's."""
        return self._seal is not None

    @property
    def authorities(self) -> RemoteTimestamper | None:
        """Those that timestamps come from; None when it is the local one."""
        return self._remote.authorities if self._remote else None

    def now(self) -> datetime:
        return self._clock()

    def reach(self, stamped: datetime | None) -> None:
        """To be called before something is added to a document that was stamped at `stamped`: a
        file whose times go backwards is refused for good. Waits where the clock is a little behind
        that of another server. Raises Unavailable where it was set back further."""
        if stamped is None or self._remote is not None:
            return
        behind = (stamped - self._clock()).total_seconds()
        if behind > LONGEST_WAIT:
            log.error("clock_is_behind", seconds=round(behind), do=SET_THE_CLOCK)
            raise Unavailable("timestamp authority")
        if behind > 0:
            with waiting():
                time.sleep(behind + A_MOMENT)

    def certification(self) -> pdf.Signer:
        return self._platform("certification")

    def seal(self) -> pdf.Signer:
        return self._cached(self._seal) if self._seal else self._platform("seal")

    def signer(self, name: str, email: str | None, at: datetime) -> pdf.Signer:
        issued = self._local.issue(Person(name=name, email=email or ""), at)
        return pdf.Signer(issued.key, issued.certificate, issued.chain)

    def timestamper(self) -> pdf.Timestamper:
        if self._remote is not None:
            return self._remote
        signer = self._platform("timestamp")
        known = self._timestampers.get(signer.certificate)
        return known or self._timestampers.put(
            signer.certificate, pdf.LocalTimestamper(signer, self._clock)
        )

    def validation(self) -> ValidationMaterial:
        """Certificates and revocation lists as they are at the moment."""
        material = self._local.validation(self._clock())
        if not self._foreign():
            return material
        return replace(material, certificates=(*material.certificates, *self._foreign()))

    def validation_data(self) -> pdf.ValidationData:
        """The same as PDF objects, made once per CRL period."""
        material = self.validation()
        if self._validation is None or self._validation[0] != material:
            made = pdf.ValidationData(material.certificates, material.crls)
            self._validation = material, made
        return self._validation[1]

    def roots(self) -> tuple[bytes, ...]:
        """DER of the authorities that our signatures lead to."""
        return (self._local.certificate("root"), *self._foreign())

    def trust(self) -> Trust:
        """Every certificate the platform ever signed with; made anew after a renewal."""
        held = [self._local.certificates(role) for role in ROLES]
        counts = tuple(map(len, held))
        if self._trust is None or self._trust[0] != counts:
            seals = {*held[1], self._seal.certificate} if self._seal else set(held[1])
            trust = Trust(
                issuing=self._local.certificate("issuing"),
                certification=frozenset(held[0]),
                seal=frozenset(seals),
                timestamp=frozenset(held[2]),
                others=frozenset({self._local.certificate("root"), *self._foreign()}),
                foreign_timestamps=self._remote is not None,
            )
            self._trust = counts, trust
        return self._trust[1]

    def _foreign(self) -> tuple[bytes, ...]:
        """The chain of a seal key that isn't the local authority's."""
        return self._seal.chain if self._seal else ()

    def _platform(self, role: Role) -> pdf.Signer:
        return self._cached(self._local.platform(role, self._clock()))

    def _cached(self, material: KeyMaterial) -> pdf.Signer:
        known = self._signers.get(material.certificate)
        return known or self._signers.put(
            material.certificate,
            pdf.Signer(material.key, material.certificate, material.chain),
        )


class _Remote:
    """Says in the core's words that no authority answered."""

    def __init__(self, urls: Sequence[str], clock: Clock) -> None:
        from countersign.adapters.keys import rfc3161

        self.authorities = rfc3161.RemoteTimestamper(urls, clock)
        self._failure = rfc3161.TimestampUnavailable

    @property
    def size(self) -> int:
        return self.authorities.size

    def __call__(self, imprint: bytes) -> bytes:
        try:
            return self.authorities(imprint)
        except self._failure:
            raise Unavailable("timestamp authority") from None
