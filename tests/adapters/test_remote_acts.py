"""The engine's halves of an act, over real files, and what its own verifier says of the result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from countersign.adapters.workshop import Workshop
from countersign.domain.document import Base, Document
from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.errors import Invalid, StaleState
from countersign.domain.task import Act
from countersign.usecases.file_ports import PreparedAct, VerificationFailed
from tests.adapters.test_pdf_engine import VISITOR, Desk, now
from tests.pdf import foreign
from tests.pdf.samples import contract
from tests.support.signing_authority import Certified, SigningAuthority, p256

pytestmark = pytest.mark.slow

ACT = Act(method="typed", consent="I agree.", visitor=VISITOR, at=now(), text="Asa")


@pytest.fixture(scope="module")
def asa() -> Certified:
    return SigningAuthority("Trust provider").issue("Åsa Öberg", p256())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(Workshop(1)) as workshop:
        yield Desk(tmp_path, workshop)


def certified(desk: Desk) -> tuple[Envelope, Document, Base]:
    envelope = desk.envelope(contract(), EnvelopeSettings())
    document = envelope.documents[0]
    base = desk.engine.prepare(envelope, document)
    document = replace(document, base_key=base.key, base=base.file)
    return envelope, document.append(*desk.engine.certify(envelope, document, base, now())), base


def prepared(
    desk: Desk, envelope: Envelope, document: Document, base: Base, who: Certified
) -> PreparedAct:
    row = (who.certificate, *who.above)
    return desk.engine.prepare_act(envelope, document, base, envelope.tasks[0], ACT, row)


def signature(who: Certified, digest: bytes) -> bytes:
    assert isinstance(who.key, ec.EllipticCurvePrivateKey)
    return who.key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))


def test_a_document_with_a_foreign_signature_is_sealed_and_verified(
    desk: Desk, asa: Certified
) -> None:
    envelope, document, base = certified(desk)
    act = prepared(desk, envelope, document, base, asa)
    value = signature(asa, act.to_sign)
    document = document.append(
        desk.engine.finish_act(document, envelope.tasks[0], act.state, value)
    )
    document = document.append(*desk.engine.seal(document, base, now()))
    done = envelope.with_document(document).with_task(replace(envelope.tasks[0], act=ACT))
    assert desk.engine.verify(done, document, base)["signatures"] == 4
    *before, last = [one for one in document.segments if one.kind.value == "act"]
    assert not before
    native = replace(last, facts={"certificate": last.facts["certificate"]})
    segments = tuple(native if one is last else one for one in document.segments)
    forged = replace(document, segments=segments)
    with pytest.raises(VerificationFailed):
        desk.engine.verify(done.with_document(forged), forged, base)


def test_a_document_that_has_changed_is_stale(desk: Desk, asa: Certified) -> None:
    envelope, document, base = certified(desk)
    act = prepared(desk, envelope, document, base, asa)
    value = signature(asa, act.to_sign)
    task = envelope.tasks[0]
    changed = document.append(desk.engine.act(envelope, document, base, task, ACT))
    with pytest.raises(StaleState):
        desk.engine.finish_act(changed, task, act.state, value)
    with pytest.raises(Invalid):
        desk.engine.finish_act(document, task, act.state, signature(asa, bytes(32)))


def test_a_certificate_that_cannot_sign_here_is_refused(desk: Desk, asa: Certified) -> None:
    envelope, document, base = certified(desk)
    with pytest.raises(Invalid, match="damaged"):
        prepared(desk, envelope, document, base, replace(asa, certificate=b"none"))


def test_an_upload_that_was_signed_before_is_added_to(desk: Desk, asa: Certified) -> None:
    authority = foreign.Authority()
    envelope = desk.envelope(foreign.signed_contract(authority), EnvelopeSettings())
    document, task = envelope.documents[0], envelope.tasks[0]
    base = desk.engine.prepare(envelope, document)
    document = replace(document, base_key=base.key, base=base.file)
    act = prepared(desk, envelope, document, base, asa)
    other = prepared(desk, envelope, document, base, asa)
    with pytest.raises(Invalid):
        desk.engine.finish_act(document, task, act.state, signature(asa, bytes(32)))
    value = signature(asa, act.to_sign)
    document = document.append(desk.engine.finish_act(document, task, act.state, value))
    late = signature(asa, other.to_sign)
    with pytest.raises(StaleState):
        desk.engine.finish_act(document, task, other.state, late)
    document = document.append(*desk.engine.seal(document, base, now()))
    done = envelope.with_document(document).with_task(replace(task, act=ACT))
    assert desk.engine.verify(done, document, base)["signatures"] == 4
    ours = [replace(one, facts={}) for one in document.segments]
    with pytest.raises(VerificationFailed):
        desk.engine.verify(done, replace(document, segments=tuple(ours)), base)


def test_an_upload_with_an_outdated_signature_is_added_to_as_it_is(desk: Desk) -> None:
    """The person who sends it did not make it, and ours say nothing of it."""
    authority = foreign.Authority()
    key = rsa.generate_private_key(65537, 1024)
    short = authority._simple(key, authority._issue(key, foreign._name("Eve"), 9))
    envelope = desk.envelope(foreign.sign(contract(), short), EnvelopeSettings())
    document, task = envelope.documents[0], envelope.tasks[0]
    base = desk.engine.prepare(envelope, document)
    document = replace(document, base_key=base.key, base=base.file)
    document = document.append(desk.engine.act(envelope, document, base, task, ACT))
    document = document.append(*desk.engine.seal(document, base, now()))
    done = envelope.with_document(document).with_task(replace(task, act=ACT))
    assert desk.engine.verify(done, document, base)["signatures"] == 4


# ------------------------------------------------------------------ revocation


def closed(desk: Desk, asa: Certified, **said: list[bytes]) -> tuple[Envelope, Document, Base]:
    """A sealed document whose segment keeps that the authorities said this."""
    envelope, document, base = certified(desk)
    act = prepared(desk, envelope, document, base, asa)
    value = signature(asa, act.to_sign)
    segment = desk.engine.finish_act(document, envelope.tasks[0], act.state, value)
    files = {kind: [desk.files.put(one) for one in parts] for kind, parts in said.items()}
    kept = {kind: [[one.sha256, one.size] for one in refs] for kind, refs in files.items()}
    document = document.append(replace(segment, facts={**segment.facts, **kept}))
    document = document.append(*desk.engine.seal(document, base, now()))
    done = envelope.with_document(document).with_task(replace(envelope.tasks[0], act=ACT))
    return done, document, base


def test_a_file_whose_signer_was_revoked_is_refused(desk: Desk) -> None:
    authority = SigningAuthority("Trust provider")
    asa = authority.issue("Åsa Öberg", p256())
    lists = [one for one in authority.published().values()]
    answer = authority.responder([asa])
    asked = request_about(asa, authority)
    good = closed(desk, asa, lists=lists, responses=[answer(asked)])
    assert desk.engine.verify(*good)["level"] == "B-LTA"
    authority.revoke(asa)
    listed = closed(desk, asa, lists=list(authority.published().values()))
    answered = closed(desk, asa, lists=lists, responses=[answer(asked)])
    for each in (listed, answered):
        with pytest.raises(VerificationFailed, match="was revoked"):
            desk.engine.verify(*each)


def test_an_answer_of_somebody_else_does_not_belong_into_a_file(desk: Desk) -> None:
    authority = SigningAuthority("Trust provider")
    asa = authority.issue("Åsa Öberg", p256())
    answer = authority.responder([asa], named=False)
    made = closed(desk, asa, responses=[answer(request_about(asa, authority))])
    with pytest.raises(VerificationFailed, match="unknown issuer"):
        desk.engine.verify(*made)


def request_about(who: Certified, authority: SigningAuthority) -> bytes:
    issuer = x509.load_der_x509_certificate(authority.issuing)
    builder = ocsp.OCSPRequestBuilder().add_certificate(who.parsed, issuer, hashes.SHA1())
    return builder.build().public_bytes(Encoding.DER)
