"""Certification: the first signature, what it allows, and what ties a base to one envelope."""

import io
import re

import pytest
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from countersign import pdf
from tests.pdf.chain import ASA, ENVELOPE, Chain, World
from tests.pdf.referees import assert_all_valid
from tests.pdf.samples import contract
from tests.pdf.test_act import values

LAYOUT = pdf.Layout((pdf.Slot(),))


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


def test_a_certified_file_allows_filling_in_and_signing_only(world: World) -> None:
    chain = Chain.start(world, contract(), LAYOUT).certify()
    signature = PdfFileReader(io.BytesIO(chain.data)).embedded_signatures[0]
    assert signature.docmdp_level == MDPPerm.FILL_FORMS
    assert_all_valid(chain.data, world.trust(), ["z_cert"])


def test_the_envelope_is_named_in_the_certified_revision(world: World) -> None:
    """A finished file of one envelope is no answer for another one on the same base."""
    prepared = pdf.prepare(contract(), LAYOUT)
    files = []
    for number in (1, 2):
        chain = Chain(
            world,
            prepared.state,
            [prepared.data],
            prepared.state.chain,
            pdf.digest_of([prepared.data]),
        )
        files.append(
            chain.certify(pdf.EnvelopeValues(f"envelope-{number}", "Lease.pdf")).act(0, ASA)
        )
    found = [values(chain.data) for chain in files]
    assert [one["z_id"] for one in found] == ["envelope-1", "envelope-2"]
    assert files[0].segments[0] == files[1].segments[0]
    mixed = files[0].segments[0] + files[1].segments[1] + files[0].segments[2]
    with pytest.raises((AssertionError, PdfReadError)):
        assert_all_valid(mixed, world.trust(), ["z_cert", "s0001_sig"])


def test_two_files_of_one_base_have_different_second_ids(world: World) -> None:
    prepared = pdf.prepare(contract(), LAYOUT)
    ids = []
    for _ in range(2):
        chain = Chain(
            world,
            prepared.state,
            [prepared.data],
            prepared.state.chain,
            pdf.digest_of([prepared.data]),
        )
        (found,) = re.findall(rb"/ID\[<(\w+)><(\w+)>\]", chain.certify().segments[-1])
        ids.append(found)
    assert ids[0][0] == ids[1][0]
    assert ids[0][1] != ids[1][1]


def test_the_base_holds_nothing_of_the_envelope_or_its_signers() -> None:
    prepared = pdf.prepare(contract(), LAYOUT)
    for text in (ENVELOPE.envelope_id, ENVELOPE.document_name, ASA.name, ASA.contact):
        for encoded in (
            text.encode(),
            text.encode("utf-16-be"),
            text.encode("utf-16-be").hex().encode(),
        ):
            assert encoded not in prepared.data
            assert encoded not in prepared.state.to_json().encode()


def test_a_document_name_of_any_script_and_length_is_certified(world: World) -> None:
    chain = Chain.start(world, contract(), LAYOUT)
    chain.certify(pdf.EnvelopeValues("id", "合同 عقد Договор " * 30))
    assert_all_valid(chain.data, world.trust(), ["z_cert"])
