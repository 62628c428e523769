"""Seal and archive: what closes a file, and what must be in it to be validated years later."""

from datetime import UTC, datetime, timedelta

import pytest

from countersign import pdf
from tests.pdf.chain import ASA, YURI, Chain, World
from tests.pdf.referees import assert_all_valid, assert_long_term, findings
from tests.pdf.samples import contract

pytestmark = pytest.mark.slow

LAYOUT = pdf.Layout((pdf.Slot(), pdf.Slot()), spare=1)
FIELDS = ["z_cert", "s0001_sig", "s0002_sig", "z_seal", "z_ts"]


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


@pytest.fixture
def sealed(world: World) -> Chain:
    chain = Chain.start(world, contract(), LAYOUT).certify()
    return chain.act(0, ASA).act(1, YURI).seal()


def archived_with(sealed: Chain, certificates: list[bytes], crls: list[bytes]) -> bytes:
    data = pdf.ValidationData(certificates, crls)
    last = pdf.archive(sealed.state, sealed.chain, sealed.digest, data, sealed.timestamper)
    return sealed.data + last.segment


def test_root_and_issuing_certificates_and_both_crls_are_what_it_takes(
    world: World, sealed: Chain
) -> None:
    material = world.keys.validation(world.clock())
    data = archived_with(sealed, list(material.certificates), list(material.crls))
    assert_long_term(data, world.trust())


@pytest.mark.parametrize("missing", ["root certificate", "root CRL", "issuing CRL"])
def test_without_any_of_them_long_term_validation_fails(
    world: World, sealed: Chain, missing: str
) -> None:
    material = world.keys.validation(world.clock())
    certificates, crls = list(material.certificates), list(material.crls)
    del {"root certificate": certificates, "root CRL": crls, "issuing CRL": crls}[missing][
        1 if missing == "issuing CRL" else 0
    ]
    data = archived_with(sealed, certificates, crls)
    with pytest.raises(AssertionError):
        assert_long_term(data, world.trust())


def test_an_unused_spare_slot_stays_empty_and_harms_nothing(world: World, sealed: Chain) -> None:
    sealed.archive()
    assert b"s0003" not in b"".join(sealed.segments[1:])
    assert_all_valid(sealed.data, world.trust(), FIELDS)


def test_a_signer_who_was_added_later_uses_a_spare_slot(world: World) -> None:
    chain = (
        Chain.start(world, contract(), LAYOUT).certify().act(0, ASA).act(2, YURI).seal().archive()
    )
    assert_all_valid(
        chain.data, world.trust(), ["z_cert", "s0001_sig", "s0003_sig", "z_seal", "z_ts"]
    )


def test_anything_appended_after_the_archive_timestamp_shows(world: World, sealed: Chain) -> None:
    data = sealed.archive().data + b"\n% more\n"
    assert not findings(data, world.trust())[-1].covers_all


def test_the_validation_data_may_be_used_for_many_files(world: World) -> None:
    shared = world.validation()
    for _ in range(2):
        chain = Chain.start(world, contract(), LAYOUT).certify().act(0, ASA).act(1, YURI).seal()
        last = pdf.archive(chain.state, chain.chain, chain.digest, shared, chain.timestamper)
        assert_all_valid(chain.data + last.segment, world.trust(), FIELDS)


def test_ten_signers_all_stay_valid(world: World) -> None:
    chain = Chain.start(world, contract(), pdf.Layout((pdf.Slot(),) * 10)).certify()
    for slot in range(10):
        chain.act(slot, ASA)
    chain.seal().archive()
    expected = ["z_cert", *(f"s{slot + 1:04d}_sig" for slot in range(10)), "z_seal", "z_ts"]
    assert_all_valid(chain.data, world.trust(), expected)


def test_platform_keys_may_be_renewed_between_certification_and_seal(world: World) -> None:
    """An envelope may stay open over a renewal; its certification outlives it by design."""
    start = datetime.now(UTC)
    chain = Chain.start(world, contract(), LAYOUT).certify()
    first = world.keys.platform("certification", start)
    renewed = World(world.keys, lambda: start + timedelta(days=560))
    assert renewed.keys.platform("seal", renewed.clock()) != world.keys.platform("seal", start)
    assert len(world.keys.certificates("seal")) == 2
    later = Chain(renewed, chain.state, chain.segments, chain.chain, chain.digest)
    later.act(0, ASA).act(1, YURI).seal().archive()
    assert first.certificate in world.keys.certificates("certification")
    assert_all_valid(later.data, renewed.trust(), FIELDS, at=renewed.clock())
