"""One file on its whole way by `countersign.pdf`, its CPU time taken step by step.

prepare → certify → two acts → seal → archive → verify. Bytes are read from a file in blocks, as the
server reads them from its store.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from countersign import pdf
from countersign.adapters.keys.local import LocalKeys, open_local_keys
from countersign.adapters.pdf_engine import Keyring
from countersign.adapters.pdf_engine.engine import HEAVY_BYTES
from countersign.pdf.verify.facts import BaseFacts, Expected, ExpectedAct
from countersign.pdf.verify.own import verify_own

BLOCK = 1 << 20
ENVELOPE = pdf.EnvelopeValues("8d0c3c1e-2f0c-4b5e-9d2a-6f9f8f0f4b11", "Contract.pdf")
LAYOUT = pdf.Layout(
    tuple(
        pdf.Slot((pdf.Field("signature", "signature", 0, left, 0.75, 0.3, 0.08),))
        for left in (0.1, 0.5)
    )
)
# What needs doing only once for all envelopes of the same document and layout
ONCE = ("prepare",)


class Steps:
    """CPU milliseconds of this process, by step."""

    def __init__(self) -> None:
        self.cpu_ms: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        before = time.process_time_ns()
        yield
        spent = (time.process_time_ns() - before) / 1e6
        self.cpu_ms[name] = self.cpu_ms.get(name, 0.0) + spent


class World:
    """Keys of one installation."""

    def __init__(self, folder: Path) -> None:
        self.local: LocalKeys = open_local_keys(folder / "keys", "https://sign.example.test", now())
        self.keyring = Keyring(self.local, now)

    def signer(self, number: int) -> pdf.Signer:
        values = person(number)
        return self.keyring.signer(values.name, values.contact, now())


def now() -> datetime:
    return datetime.now(UTC)


def person(number: int) -> pdf.ActValues:
    """What signer `number` leaves on the evidence page."""
    return pdf.ActValues(
        name=f"Åsa Öberg {number}",
        contact=f"asa{number}@example.test",
        identified_by="Personal signing link",
        method="Confirmed on the signing page",
        ip=f"192.0.2.{number}",
        consent="I have read the document and agree to sign it electronically.",
    )


def walk(world: World, upload: bytes, path: Path) -> Steps:
    """Takes an upload the whole way; leaves the sealed file at `path`. Raises Refused when it is
    not as it must be."""
    steps, keys = Steps(), world.keyring
    state, base = _base(upload, path, steps)
    with steps.step("certify"):
        stamp = keys.timestamper()
        last = pdf.certify(state, base, keys.certification(), stamp, ENVELOPE, now())
    _append(path, last)
    signed = []
    for slot in (0, 1):
        with steps.step("two acts"):
            key, at = world.signer(slot), now()
            where = (state, last.chain, last.digest, slot)
            last = pdf.act(*where, person(slot), key, stamp, at)
        _append(path, last)
        signed.append(_expected(slot, key, at))
    with steps.step("seal"):
        last = pdf.seal(state, last.chain, last.digest, keys.seal(), stamp, now())
    _append(path, last)
    with steps.step("archive"):
        last = pdf.archive(state, last.chain, last.digest, keys.validation_data(), stamp)
    _append(path, last)
    with steps.step("verify"):
        facts = BaseFacts.from_json(state.to_json())
        verify_own(blocks(path), facts, keys.trust(), _expected_file(signed))
    return steps


def _base(upload: bytes, path: Path, steps: Steps) -> tuple[pdf.BaseState, pdf.Digest]:
    """As the server makes it: a large one from file to file, and hashed where it is kept."""
    source = path.with_suffix(".upload")
    source.write_bytes(upload)
    if len(upload) < HEAVY_BYTES:
        with steps.step("prepare"):
            made = pdf.prepare(source.read_bytes(), LAYOUT)
        path.write_bytes(made.data)
        return made.state, made.digest
    with steps.step("prepare"):
        state = pdf.prepare_file(source, LAYOUT, path)
        base = pdf.digest_of(blocks(path))
    return state.with_digest(base), base


def blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            yield block


def _append(path: Path, revision: pdf.Revision) -> None:
    with path.open("ab") as file:
        file.write(revision.segment)


def _expected(slot: int, key: pdf.Signer, at: datetime) -> ExpectedAct:
    values = person(slot)
    evidence = {
        "e_name": values.name,
        "e_contact": values.contact,
        "e_identified": values.identified_by,
        "e_method": values.method,
        "e_time": f"{at:%Y-%m-%d %H:%M:%S} UTC",
        "e_ip": values.ip,
        "e_consent": values.consent,
    }
    certificate = hashlib.sha256(key.certificate).hexdigest()
    return ExpectedAct(slot, values={}, evidence=evidence, certificate=certificate)


def _expected_file(acts: list[ExpectedAct]) -> Expected:
    return Expected(tuple(acts), ENVELOPE.envelope_id, ENVELOPE.document_name)
