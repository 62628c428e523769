"""Honest bytes, wrong people: keys, certificates, times, databases that do not belong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from countersign import pdf
from countersign.pdf.verify.certificates import Trust
from countersign.pdf.verify.facts import ExpectedAct
from tests.pdf import samples
from tests.pdf.chain import ASA, YURI, Chain, World, now
from tests.pdf.forge import ACT
from tests.pdf.judged import (
    EXPECTED,
    FIRST,
    LAYOUT,
    SECOND,
    certified,
    judge,
    refusal_of,
    sealed,
    signed,
    trust_of,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


@pytest.fixture(scope="module")
def other_world() -> World:
    """Another installation; its authorities bear the same names."""
    return World.new()


def act_by(
    chain: Chain,
    key: pdf.Signer,
    slot: int = 0,
    values: pdf.ActValues = FIRST,
    at: datetime | None = None,
) -> Chain:
    where = (chain.state, chain.chain, chain.digest, slot)
    return chain._add(pdf.act(*where, values, key, chain.timestamper, at or now()))


def finished(chain: Chain) -> Chain:
    return chain.act(1, SECOND).seal().archive()


def test_a_signer_left_out_is_missed(world: World) -> None:
    assert "number of revisions" in refusal_of(certified(world).act(0, FIRST).seal().archive())


def test_a_certificate_of_another_authority_with_the_same_name_is_refused(
    world: World, other_world: World
) -> None:
    chain = act_by(certified(world), other_world.person(ASA))
    refusal_of(finished(chain))


def test_an_act_may_not_be_signed_with_a_key_of_the_platform(world: World) -> None:
    for role in ("seal", "certification", "timestamp"):
        chain = act_by(certified(world), world.platform(role))
        assert "certificate" in refusal_of(finished(chain))


def test_the_seal_may_not_be_a_signers(world: World) -> None:
    chain = signed(world)
    where = (chain.state, chain.chain, chain.digest)
    chain._add(pdf.seal(*where, world.person(ASA), chain.timestamper, now()))
    assert "seal" in refusal_of(chain.archive())


def test_the_seal_may_not_be_made_with_the_certification_key(world: World) -> None:
    chain = signed(world)
    where = (chain.state, chain.chain, chain.digest)
    chain._add(pdf.seal(*where, world.platform("certification"), chain.timestamper, now()))
    assert "seal" in refusal_of(chain.archive())


def at(world: World, offset: timedelta) -> World:
    return World(world.keys, lambda: now() + offset)


def test_an_expired_certificate_is_refused(world: World) -> None:
    key = at(world, timedelta(hours=-3)).person(ASA)
    assert "not valid at" in refusal_of(finished(act_by(certified(world), key)))


def test_a_certificate_that_is_not_valid_yet_is_refused(world: World) -> None:
    key = at(world, timedelta(hours=3)).person(ASA)
    assert "not valid at" in refusal_of(finished(act_by(certified(world), key)))


def test_time_may_not_go_backwards(world: World) -> None:
    chain = certified(world)
    earlier = timedelta(minutes=-1)
    chain.timestamper = at(world, earlier).timestamper()
    act_by(chain, at(world, earlier).person(ASA), at=now() + earlier)
    assert "backwards" in refusal_of(finished(chain))


@pytest.mark.parametrize("offset", [timedelta(minutes=-6), timedelta(minutes=6)], ids=str)
def test_the_claimed_time_must_be_near_the_proven_one(world: World, offset: timedelta) -> None:
    chain = act_by(certified(world), world.person(ASA), at=now() + offset)
    assert "claimed time" in refusal_of(finished(chain))


def test_a_token_for_something_else_is_refused(world: World) -> None:
    chain = certified(world)
    honest = chain.timestamper

    class Elsewhere:
        size = honest.size

        def __call__(self, imprint: bytes) -> bytes:
            return honest(imprint[::-1])

    chain.timestamper = Elsewhere()
    act_by(chain, world.person(ASA))
    chain.timestamper = honest
    assert "imprint" in refusal_of(finished(chain))


def test_a_whole_envelope_on_the_same_base_does_not_pass_for_another(world: World) -> None:
    made = pdf.prepare(samples.contract(), LAYOUT)

    def envelope(name: str) -> Chain:
        chain = Chain(world, made.state, [made.data], made.state.chain, pdf.digest_of([made.data]))
        chain.certify(pdf.EnvelopeValues(name, "Contract.pdf"))
        return chain.act(0, FIRST).act(1, SECOND).seal().archive()

    one, other = envelope("one"), envelope("other")
    expected = replace(EXPECTED, envelope="one", document="Contract.pdf")
    assert judge(one, expected=expected).report.valid
    assert "z_id" in refusal_of(other, expected=expected)
    mixed = b"".join((*one.segments[:3], *other.segments[3:]))
    refusal_of(one, mixed, expected)


@pytest.mark.parametrize(
    "change",
    [
        lambda e: replace(e, envelope="another"),
        lambda e: replace(e, document="another.pdf"),
        lambda e: replace(e, envelope=""),
        lambda e: replace(e, acts=e.acts[::-1]),
        lambda e: replace(e, acts=(ExpectedAct(0, {"title": "Boss", "agree": "Yes"}), e.acts[1])),
        lambda e: replace(e, acts=(ExpectedAct(0, {"title": "Director"}), e.acts[1])),
        lambda e: replace(e, acts=(e.acts[0], ExpectedAct(1, {}))),
        lambda e: replace(e, acts=(e.acts[0], ExpectedAct(1, {"city": "Tallinn", "age": "9"}))),
        lambda e: replace(e, acts=(*e.acts, ExpectedAct(2))),
        lambda e: replace(e, acts=e.acts[:1]),
    ],
)
def test_the_file_must_say_what_the_database_says(
    world: World, change: Callable[[object], object]
) -> None:
    chain = sealed(world)
    refusal_of(chain, expected=change(EXPECTED))  # type: ignore[arg-type]


def test_evidence_block_and_signature_must_tell_one_story(world: World) -> None:
    """A name in the signature dictionary that is not the one that the page shows."""
    chain = certified(world)
    honest = ACT.open_field

    def lying(*args: object, **kwargs: object) -> object:
        return honest(*args, **{**kwargs, "name": "Somebody Else"})  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ACT, "open_field", lying)
        chain.act(0, FIRST)
    assert "differs from the signature" in refusal_of(finished(chain))


def test_a_foreign_certificate_in_the_validation_data_is_refused(
    world: World, other_world: World
) -> None:
    material = world.keys.validation(now())
    stranger = other_world.keys.certificate("root")
    data = pdf.ValidationData([*material.certificates, stranger], material.crls)
    assert "unknown certificate" in archived_with(world, data)


def test_a_foreign_crl_in_the_validation_data_is_refused(world: World, other_world: World) -> None:
    material = world.keys.validation(now())
    crl = other_world.keys.crl("issuing", now())
    data = pdf.ValidationData(material.certificates, [*material.crls, crl])
    assert "unknown issuer" in archived_with(world, data)


@pytest.mark.parametrize("missing", ["root certificate", "issuing certificate", "root CRL", "CRL"])
def test_validation_data_must_hold_what_later_validation_needs(world: World, missing: str) -> None:
    material = world.keys.validation(now())
    certificates, crls = list(material.certificates), list(material.crls)
    if missing.endswith("certificate"):
        certificates.remove(world.keys.certificate(missing.split()[0]))
    else:
        del crls[0 if missing == "root CRL" else 1]
    assert "DSS lacks" in archived_with(world, pdf.ValidationData(certificates, crls))


def archived_with(world: World, data: pdf.ValidationData) -> str:
    chain = signed(world).seal()
    where = (chain.state, chain.chain, chain.digest)
    return refusal_of(chain._add(pdf.archive(*where, data, chain.timestamper)))


def test_a_platform_key_that_is_not_ours_is_refused(world: World, other_world: World) -> None:
    strange = trust_of(other_world)
    trust = replace(trust_of(world), certification=strange.certification)
    assert "platform" in refusal_of(sealed(world), trust=trust)
    refusal_of(sealed(world), trust=strange)


def test_a_former_platform_certificate_is_accepted_as_long_as_it_is_known(world: World) -> None:
    chain, trust = sealed(world), trust_of(world)
    forgotten = Trust(
        trust.issuing, trust.certification, frozenset(), trust.timestamp, trust.others
    )
    assert "seal" in refusal_of(chain, trust=forgotten)
    assert judge(chain, trust=trust).report.valid


def test_signers_may_not_swap_slots(world: World) -> None:
    swapped = replace(YURI, fields={}), replace(ASA, fields={})
    chain = certified(world).act(0, swapped[0]).act(1, swapped[1]).seal().archive()
    refusal_of(chain)


def test_certificates_that_are_no_der_set_are_refused(world: World) -> None:
    """Other readers do not notice; a strict one refuses the signature."""
    key = world.person(ASA)
    material = world.keys.certificate("issuing")
    pair = sorted((key.certificate, material), reverse=True)
    body = b"".join(pair)
    key.certificates = b"\xa0\x82" + len(body).to_bytes(2, "big") + body
    assert "DER set" in refusal_of(finished(act_by(certified(world), key)))


def test_an_invisible_signature_field_keeps_its_appearance(world: World) -> None:
    """Dropping its /AP would make pyHanko reject every earlier signature."""
    chain = signed(world)
    without = replace(chain.state, platform=[{**f, "ap": "null"} for f in chain.state.platform])
    where = (without, chain.chain, chain.digest)
    chain._add(pdf.seal(*where, world.platform("seal"), chain.timestamper, now()))
    assert "appearance of z_seal" in refusal_of(chain.archive())
