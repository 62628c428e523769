"""The strict verifier accepts what the writer makes, at every stage and in every shape."""

import time
from dataclasses import replace

import pytest

from countersign import pdf
from countersign.pdf.image import normalise_signature
from countersign.pdf.verify.facts import ExpectedAct
from countersign.pdf.verify.plain_text import plain
from tests.pdf import samples
from tests.pdf.chain import ASA, ENVELOPE, YURI, Chain, World, field_at, signature_png
from tests.pdf.judged import (
    EXPECTED,
    FIRST,
    certified,
    fingerprint,
    judge,
    refusal_of,
    sealed,
    signed,
    trust_of,
)


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


@pytest.fixture(scope="module")
def closed(world: World) -> Chain:
    return sealed(world)


def test_a_sealed_file_is_accepted_with_its_digest_and_signatures(closed: Chain) -> None:
    found = judge(closed)
    assert found.sha256 == fingerprint(closed.data)
    assert found.length == len(closed.data)
    assert [(one.field, one.kind, one.who) for one in found.report.signatures] == [
        ("z_cert", "certification", "Countersign certification"),
        ("s0001_sig", "signature", "Åsa Öberg"),
        ("s0002_sig", "signature", "Юрий Иванов"),
        ("z_seal", "seal", "Countersign seal"),
        ("z_ts", "document timestamp", "local timestamp authority"),
    ]
    assert found.report.level == "B-LTA"
    assert found.report.envelope == ENVELOPE.envelope_id
    assert found.report.verdict == "valid"
    assert [one.covers for one in found.report.signatures][-2:] == ["revision 5 of 6", "whole file"]
    assert {one.time_source for one in found.report.signatures} == {"local timestamp authority"}


def test_how_the_bytes_are_cut_into_chunks_makes_no_difference(closed: Chain) -> None:
    whole = judge(closed, closed.data)
    data = closed.data
    for size in (1_000, 4_097, len(data) - 1):
        chunks = [data[at : at + size] for at in range(0, len(data), size)]
        assert judge(closed, iter(chunks)).sha256 == whole.sha256


def test_an_unfinished_file_is_accepted_as_such_only(world: World) -> None:
    open_file = replace(EXPECTED, sealed=False)
    first = replace(open_file, acts=EXPECTED.acts[:1])
    none = replace(open_file, acts=())
    chain = certified(world)
    assert judge(chain, expected=none).report.level == "B-T"
    assert len(judge(chain.act(0, FIRST), expected=first).report.signatures) == 2
    assert "number of revisions" in refusal_of(chain)


def test_signers_may_sign_in_any_order(world: World) -> None:
    chain = certified(world).act(1, replace(YURI, fields={})).act(0, FIRST).seal().archive()
    expected = replace(EXPECTED, acts=(ExpectedAct(1, values={}), EXPECTED.acts[0]))
    assert judge(chain, expected=expected).report.valid
    assert "slot" in refusal_of(chain)


def test_the_recorded_certificate_and_evidence_are_compared(world: World) -> None:
    chain = certified(world)
    key = world.person(ASA)
    moment = world.clock()
    where = (chain.state, chain.chain, chain.digest, 0)
    chain._add(pdf.act(*where, FIRST, key, chain.timestamper, moment))
    evidence = {
        "e_name": ASA.name,
        "e_contact": ASA.contact,
        "e_identified": ASA.identified_by,
        "e_method": ASA.method,
        "e_time": f"{moment:%Y-%m-%d %H:%M:%S} UTC",
        "e_ip": ASA.ip,
        "e_consent": ASA.consent,
    }
    act = replace(EXPECTED.acts[0], evidence=evidence, certificate=fingerprint(key.certificate))
    expected = replace(EXPECTED, acts=(act,), sealed=False)
    assert judge(chain, expected=expected).report.valid
    other = replace(act, certificate=fingerprint(b"another"))
    assert "certificate" in refusal_of(chain, expected=replace(expected, acts=(other,)))
    moved = replace(act, evidence=evidence | {"e_ip": "192.0.2.1"})
    assert "e_ip" in refusal_of(chain, expected=replace(expected, acts=(moved,)))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_pictures_and_rotated_pages_are_accepted(world: World, rotation: int) -> None:
    layout = pdf.Layout(
        (
            pdf.Slot(
                (
                    field_at("sig", "signature", 0.1, 0.5),
                    field_at("again", "signature", 0.5, 0.5),
                )
            ),
        )
    )
    upload = samples.with_boxes(Rotate=rotation, CropBox=[20, 30, 500, 700])
    picture = replace(ASA, signature_image=normalise_signature(signature_png()))
    chain = Chain.start(world, upload, layout).certify().act(0, picture).seal().archive()
    assert judge(chain, expected=replace(EXPECTED, acts=(ExpectedAct(0, values={}),))).report.valid


@pytest.mark.parametrize(
    "name", ["مريم العلوي", "דוד לוי", "王小明", "山田 太郎", "Nguyễn Văn Đức"]
)
def test_names_of_every_script_are_accepted(world: World, name: str) -> None:
    chain = certified(world).act(0, replace(FIRST, name=name))
    expected = replace(EXPECTED, acts=EXPECTED.acts[:1], sealed=False)
    assert judge(chain, expected=expected).report.signatures[-1].who == name


def test_a_layout_without_evidence_pages_is_accepted(world: World) -> None:
    layout = pdf.Layout((pdf.Slot(()),), pages="none")
    chain = Chain.start(world, samples.contract(), layout).certify().act(0, ASA).seal().archive()
    assert judge(chain, expected=replace(EXPECTED, acts=(ExpectedAct(0, {}, {}),))).report.valid


def test_spare_slots_may_stay_empty(world: World) -> None:
    layout = pdf.Layout((pdf.Slot(()),), spare=3)
    chain = Chain.start(world, samples.contract(), layout).certify().act(0, ASA).seal().archive()
    assert judge(chain, expected=replace(EXPECTED, acts=(ExpectedAct(0),))).report.valid


def test_values_are_compared_as_a_page_can_hold_them(world: World) -> None:
    given = "  Dir\tec\u202etor\n"
    chain = certified(world).act(0, replace(FIRST, fields={"title": given, "agree": False}))
    act = ExpectedAct(0, values={"title": given})
    assert judge(chain, expected=replace(EXPECTED, acts=(act,), sealed=False)).report.valid
    assert plain(given) == "Dir ector"


def test_two_signers_cost_a_few_milliseconds(closed: Chain) -> None:
    trust = trust_of(closed.world)
    judge(closed, trust=trust)
    best = min(_cpu(lambda: judge(closed, trust=trust)) for _ in range(10))
    assert best < 0.010


def _cpu(work: object) -> float:
    started = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - started


def _many(world: World, count: int) -> tuple[Chain, float]:
    chain = Chain.start(world, samples.contract(), pdf.Layout((), spare=count)).certify()
    for slot in range(count):
        chain.act(slot, ASA)
    chain.seal().archive()
    expected = replace(EXPECTED, acts=tuple(ExpectedAct(slot) for slot in range(count)))
    trust = trust_of(world)
    return chain, min(_cpu(lambda: judge(chain, expected=expected, trust=trust)) for _ in range(3))


def test_time_grows_in_line_with_the_number_of_signers(world: World) -> None:
    _, few = _many(world, 5)
    _, many = _many(world, 30)
    assert many / few < 12


@pytest.mark.slow
def test_a_thousand_signers_are_verified_in_seconds(world: World) -> None:
    chain, seconds = _many(world, 1000)
    assert seconds < 5
    assert len(chain.segments) == 1004


def test_the_state_of_a_later_version_is_refused(closed: Chain) -> None:
    from countersign.pdf.verify.facts import BaseFacts
    from countersign.pdf.verify.refusal import Refused

    text = closed.state.to_json().replace('"version":1', '"version":2')
    with pytest.raises(Refused, match="version"):
        BaseFacts.from_json(text)


def test_signed_but_unsealed_is_not_taken_for_sealed(world: World) -> None:
    chain = signed(world)
    assert "number of revisions" in refusal_of(chain)
    assert judge(chain, expected=replace(EXPECTED, sealed=False)).report.level == "B-T"
