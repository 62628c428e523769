"""Uploads that are signed already: earlier signatures stay valid, ours are added."""

import io

import pikepdf
import pytest
from pyhanko.sign.fields import MDPPerm

from countersign.pdf.already_signed import (
    Look,
    Place,
    close_incrementally,
    refuse_unless_signable,
    sign_incrementally,
)
from countersign.pdf.errors import BadLayout, UnusablePdf
from countersign.pdf.verify.report import Report
from tests.pdf import foreign, samples
from tests.pdf.chain import ASA, YURI, World, now, signature_png
from tests.pdf.judging import verify

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


@pytest.fixture(scope="module")
def upload(authority: foreign.Authority) -> bytes:
    return foreign.signed_contract(authority)


def roots(world: World, authority: foreign.Authority) -> list[bytes]:
    return [world.keys.certificate("root"), authority.root_der]


def signed_by_two(world: World, data: bytes) -> bytes:
    for values, place in ((ASA, Place(0, 0.1, 0.8, 0.3, 0.08)), (YURI, None)):
        segment = sign_incrementally(
            data,
            place,
            world.person(values),
            world.timestamper(),
            values.name,
            Look(values.name, (values.name, "2026-11-20 12:00:00 UTC")),
            now(),
            reason="I agree",
        )
        data += segment
    return data


def closed(world: World, data: bytes) -> bytes:
    seal = world.platform("seal")
    look = Look("")
    data += sign_incrementally(data, None, seal, world.timestamper(), "Seal", look, now())
    material = world.keys.validation(world.clock())
    return data + close_incrementally(
        data, material.certificates, material.crls, world.timestamper()
    )


def states(report: Report) -> list[tuple[str, bool, bool]]:
    return [(one.field, one.valid, one.trusted) for one in report.signatures]


def test_earlier_signatures_stay_valid_when_ours_are_added(
    world: World, authority: foreign.Authority, upload: bytes
) -> None:
    data = closed(world, signed_by_two(world, upload))
    assert data.startswith(upload)
    report = verify(data, roots(world, authority))
    assert states(report) == [
        ("Signature1", True, True),
        ("cs0001_sig", True, True),
        ("cs0002_sig", True, True),
        ("cs0003_sig", True, True),
        ("cs0004_sig", True, True),
    ]
    assert report.verdict == "valid"
    ours = [one for one in report.signatures if one.field.startswith("cs")]
    assert [one.level for one in ours] == ["B-LTA", "B-LTA", "B-LTA", ""]
    assert ours[0].who == ASA.name
    assert ours[0].reason == "I agree"
    assert ours[-1].covers == "whole file"


def test_each_step_is_valid_on_its_own(
    world: World, authority: foreign.Authority, upload: bytes
) -> None:
    report = verify(signed_by_two(world, upload), roots(world, authority))
    assert report.verdict == "valid"
    assert [one.level for one in report.signatures[1:]] == ["B-T", "B-T"]


def test_the_signature_shows_where_it_was_placed(world: World, upload: bytes) -> None:
    from tests.pdf.test_render import image_of, ink_within

    box = (0.1, 0.85, 0.4, 0.93)
    place = Place(0, box[0], box[1], box[2] - box[0], box[3] - box[1])
    before = ink_within(image_of(upload), box)
    for look in (Look("山田 太郎"), Look("", image=signature_png())):
        key, stamper = world.person(ASA), world.timestamper()
        segment = sign_incrementally(upload, place, key, stamper, ASA.name, look, now())
        after = image_of(upload + segment)
        assert ink_within(after, box) > before + 50
        assert ink_within(after, (0.45, 0.85, 0.9, 0.93)) == ink_within(
            image_of(upload), (0.45, 0.85, 0.9, 0.93)
        )


@pytest.mark.parametrize("rotation", [0, 90])
def test_the_place_is_as_the_viewer_sees_it_on_rotated_pages(
    world: World, authority: foreign.Authority, rotation: int
) -> None:
    from tests.pdf.test_render import image_of, ink_within

    blank = samples.with_boxes(MediaBox=[0, 0, 400, 600], Rotate=rotation, Contents=[])
    data = foreign.sign(blank, authority.signer())
    place = Place(0, 0.1, 0.8, 0.4, 0.1)
    key, stamper, look = world.person(ASA), world.timestamper(), Look("Signature")
    data += sign_incrementally(data, place, key, stamper, ASA.name, look, now())
    image = image_of(data)
    inside = ink_within(image, (0.1, 0.8, 0.5, 0.9))
    assert inside > 50
    assert ink_within(image, (0, 0, 1, 1)) == inside


@pytest.mark.parametrize("level", [MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_a_certified_file_is_refused_with_the_reason(
    world: World, authority: foreign.Authority, level: MDPPerm
) -> None:
    certified = foreign.sign(samples.contract(), authority.signer(), certify=level)
    with pytest.raises(UnusablePdf, match="author certified it and allows") as refused:
        refuse_unless_signable(certified)
    assert refused.value.code == "certified"
    with pytest.raises(UnusablePdf):
        sign_incrementally(
            certified, None, world.person(ASA), world.timestamper(), "Åsa", Look("Åsa"), now()
        )


@pytest.mark.slow
def test_what_we_refuse_to_do_to_a_certified_file_would_indeed_break_it(
    authority: foreign.Authority,
) -> None:
    """The reason for the rule: a new visible field breaks a certification with P=2 and P=3."""
    for level in (MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE):
        certified = foreign.sign(samples.contract(), authority.signer(), certify=level)
        later = foreign.sign_visibly(certified, authority.signer("Mallory"))
        assert not verify(later, [authority.root_der]).signatures[0].valid


def test_a_signed_file_may_be_signed(upload: bytes) -> None:
    refuse_unless_signable(upload)


def test_a_rewrite_would_have_broken_the_signature(
    authority: foreign.Authority, upload: bytes
) -> None:
    with pikepdf.open(io.BytesIO(upload)) as pdf:
        rewritten = samples.saved(pdf)
    assert not verify(rewritten, [authority.root_der]).valid


def test_a_place_outside_the_document_is_refused(world: World, upload: bytes) -> None:
    with pytest.raises(BadLayout):
        sign_incrementally(
            upload,
            Place(7, 0.1, 0.1, 0.1, 0.1),
            world.person(ASA),
            world.timestamper(),
            "Åsa",
            Look("Åsa"),
            now(),
        )


def test_a_signed_file_with_an_owner_password_can_be_signed(
    world: World, authority: foreign.Authority
) -> None:
    locked = foreign.sign(samples.encrypted("", "owner"), authority.signer(), password="")
    data = signed_by_two(world, locked)
    assert verify(data, roots(world, authority)).verdict == "valid"
