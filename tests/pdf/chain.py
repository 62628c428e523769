"""Builds signed files for tests through the public functions of `countersign.pdf` and real local
keys."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

from PIL import Image, ImageDraw

from countersign import pdf
from countersign.adapters.keys.local import ROLES, LocalKeys, Role, open_local_keys
from countersign.adapters.keys.material import KeyMaterial, Person
from tests.pdf.referees import Trust

PUBLIC_URL = "https://sign.example.test"
ENVELOPE = pdf.EnvelopeValues("8d0c3c1e-2f0c-4b5e-9d2a-6f9f8f0f4b11", "Employment contract.pdf")
ASA = pdf.ActValues(
    name="Åsa Öberg",
    contact="asa@example.test",
    identified_by="BankID (Sweden), 19800101-1234",
    method="Drawn signature",
    ip="2001:db8::17",
    consent="I have read the document and agree to sign it electronically.",
)
YURI = pdf.ActValues(
    name="Юрий Иванов",
    contact="+372 5555 0101",
    identified_by="SMS code to +372 5555 0101",
    method="Typed signature",
    ip="192.0.2.44",
    consent="I agree",
    typed="Юрий Иванов",
)


def now() -> datetime:
    return datetime.now(UTC)


def signer(material: KeyMaterial) -> pdf.Signer:
    return pdf.Signer(material.key, material.certificate, material.chain)


@dataclass
class World:
    """Keys of one installation and what a validator needs to know of them."""

    keys: LocalKeys
    clock: Callable[[], datetime] = now

    @classmethod
    def new(cls, folder: Path | None = None) -> "World":
        """Without a `folder`, in one that goes with it."""
        own = folder or Path(mkdtemp(prefix="countersign-keys-"))
        made = cls(open_local_keys(own / "keys", PUBLIC_URL, now()))
        if folder is None:
            finalize(made.keys, rmtree, own, ignore_errors=True)
        return made

    def timestamper(self) -> pdf.LocalTimestamper:
        return pdf.LocalTimestamper(self.platform("timestamp"), self.clock)

    def platform(self, role: Role) -> pdf.Signer:
        return signer(self.keys.platform(role, self.clock()))

    def person(self, values: pdf.ActValues, identifier: str = "") -> pdf.Signer:
        email = values.contact if "@" in values.contact else ""
        return signer(self.keys.issue(Person(values.name, email, identifier), self.clock()))

    def validation(self) -> pdf.ValidationData:
        material = self.keys.validation(self.clock())
        platform = [one for role in ROLES for one in self.keys.certificates(role)]
        return pdf.ValidationData([*material.certificates, *platform], material.crls)

    def trust(self) -> Trust:
        crls = (self.keys.crl("root", self.clock()), self.keys.crl("issuing", self.clock()))
        return Trust(self.keys.certificate("root"), (self.keys.certificate("issuing"),), crls)


@dataclass
class Chain:
    """One file on its way, with everything it was at each step."""

    world: World
    state: pdf.BaseState
    segments: list[bytes]
    chain: pdf.ChainState
    digest: pdf.Digest
    timestamper: pdf.Timestamper = field(init=False)

    def __post_init__(self) -> None:
        self.timestamper = self.world.timestamper()

    @classmethod
    def start(cls, world: World, upload: bytes, layout: pdf.Layout) -> "Chain":
        made = pdf.prepare(upload, layout)
        state = pdf.BaseState.from_json(made.state.to_json())
        return cls(world, state, [made.data], state.chain, pdf.digest_of([made.data]))

    @property
    def data(self) -> bytes:
        return b"".join(self.segments)

    def certify(self, values: pdf.EnvelopeValues = ENVELOPE) -> "Chain":
        key = self.world.platform("certification")
        return self._add(
            pdf.certify(self.state, self.digest, key, self.timestamper, values, self.world.clock())
        )

    def act(self, slot: int, values: pdf.ActValues, identifier: str = "") -> "Chain":
        key = self.world.person(values, identifier)
        where = (self.state, self.chain, self.digest, slot)
        return self._add(pdf.act(*where, values, key, self.timestamper, self.world.clock()))

    def seal(self) -> "Chain":
        key = self.world.platform("seal")
        where = (self.state, self.chain, self.digest)
        return self._add(pdf.seal(*where, key, self.timestamper, self.world.clock()))

    def archive(self) -> "Chain":
        where = (self.state, self.chain, self.digest)
        return self._add(pdf.archive(*where, self.world.validation(), self.timestamper))

    def _add(self, revision: pdf.Revision) -> "Chain":
        self.segments.append(revision.segment)
        self.chain, self.digest = revision.chain, revision.digest
        return self


def signature_png(width: int = 900, height: int = 300) -> bytes:
    """A drawn signature: dark blue strokes on nothing."""
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    points = [(0.05, 0.7), (0.2, 0.15), (0.3, 0.85), (0.5, 0.25), (0.6, 0.7), (0.9, 0.5)]
    line = [(round(x * width), round(y * height)) for x, y in points]
    ImageDraw.Draw(image).line(
        line, fill=(20, 30, 120, 255), width=max(2, width // 90), joint="curve"
    )
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def field_at(
    name: str,
    kind: pdf.FieldKind,
    x: float,
    y: float,
    *,
    page: int = 0,
    size: tuple[float, float] = (0.3, 0.08),
) -> pdf.Field:
    return pdf.Field(name, kind, page, x, y, *size)
