"""What an act writes, what it must never write, and what happens to odd input."""

import io
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from countersign import pdf
from countersign.pdf.image import normalise_signature
from tests.pdf.chain import ASA, YURI, Chain, World, field_at, signature_png
from tests.pdf.judging import verify
from tests.pdf.referees import assert_all_valid, findings
from tests.pdf.samples import contract
from tests.support.tools import require_tool

pytestmark = pytest.mark.slow

SLOT = pdf.Slot(
    (
        field_at("signature", "signature", 0.1, 0.8),
        field_at("title", "text", 0.1, 0.6, size=(0.3, 0.03)),
        field_at("agree", "checkbox", 0.5, 0.6, size=(0.02, 0.02)),
        field_at("initials", "initials", 0.7, 0.6, size=(0.1, 0.04)),
        field_at("again", "signature", 0.5, 0.8),
        field_at("stamp", "stamp", 0.1, 0.5),
    )
)


@pytest.fixture(scope="module")
def world() -> World:
    return World.new()


@pytest.fixture
def chain(world: World) -> Chain:
    return Chain.start(world, contract(), pdf.Layout((SLOT, pdf.Slot()))).certify()


def values(data: bytes) -> dict[str, str]:
    """What a form reader finds in the fields."""
    with pikepdf.open(io.BytesIO(data)) as file:
        return {
            str(field.T): str(field.V)
            for field in file.Root.AcroForm.Fields
            if "/V" in field and pikepdf.Name.Sig != field.FT
        }


def test_every_value_is_in_its_field(chain: Chain) -> None:
    found = values(chain.act(0, replace(ASA, fields={"title": "Director", "agree": True})).data)
    time = found.pop("s0001_e_time")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", time)
    assert found == {
        "z_id": "8d0c3c1e-2f0c-4b5e-9d2a-6f9f8f0f4b11",
        "z_name": "Employment contract.pdf",
        "s0001_f002": "Director",
        "s0001_f003": "/Yes",
        "s0001_f004": "ÅÖ",
        "s0001_f005": "Åsa Öberg",
        "s0001_f006": f"Åsa Öberg, {time}",
        "s0001_e_name": "Åsa Öberg",
        "s0001_e_contact": "asa@example.test",
        "s0001_e_identified": "BankID (Sweden), 19800101-1234",
        "s0001_e_method": "Drawn signature",
        "s0001_e_ip": "2001:db8::17",
        "s0001_e_consent": "I have read the document and agree to sign it electronically.",
    }


def test_what_a_signer_leaves_out_stays_empty(chain: Chain) -> None:
    found = values(chain.act(0, pdf.ActValues(name="Åsa")).data)
    assert set(found) == {
        "z_id",
        "z_name",
        "s0001_f003",
        "s0001_f004",
        "s0001_f005",
        "s0001_f006",
    } | {
        "s0001_e_name",
        "s0001_e_time",
    }
    assert found["s0001_f003"] == "/Off"


def test_an_act_touches_its_own_fields_and_nothing_else(chain: Chain) -> None:
    """Strict checkers object to a new catalog, AcroForm or page, and to others' fields."""
    chain.act(0, replace(ASA, fields={"title": "Director", "agree": True}))
    own = {field["num"] for field in chain.state.slots[0]}
    numbers = {int(number) for number in re.findall(rb"\n(\d+) 0 obj\n", chain.segments[-1])}
    assert {number for number in numbers if number < chain.state.size} <= own


def test_an_invisible_signature_field_keeps_its_empty_appearance(world: World) -> None:
    """Dropping a key of a field that an earlier signature covers counts as a forbidden change."""
    chain = Chain.start(world, contract(), pdf.Layout((pdf.Slot(),), pages="none")).certify()
    chain.act(0, ASA)
    assert re.search(rb"/T \(s0001_sig\).*/V \d+ 0 R/AP << /N \d+ 0 R >>>>", chain.segments[-1])
    assert_all_valid(chain.data, world.trust(), ["z_cert", "s0001_sig"])


def test_changing_a_signers_text_after_he_signed_breaks_his_signature(
    world: World, chain: Chain
) -> None:
    """P=2 alone would allow it; the lock on the signer's own fields does not."""
    chain.act(0, replace(ASA, fields={"title": "Director"}))
    writer = IncrementalPdfFileWriter(io.BytesIO(chain.data))
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field["/T"] == "s0001_f002":
            field["/V"] = generic.TextStringObject("Owner")
            writer.mark_update(reference)
    out = io.BytesIO()
    writer.write(out)
    assert [one.valid for one in findings(out.getvalue(), world.trust())] == [True, False]


def test_signers_may_act_in_any_order(world: World, chain: Chain) -> None:
    chain.act(1, YURI).act(0, ASA)
    assert_all_valid(chain.data, world.trust(), ["z_cert", "s0002_sig", "s0001_sig"])


def test_an_act_that_lost_a_race_is_simply_made_again_on_the_new_revision(
    world: World, chain: Chain
) -> None:
    lost = pdf.act(
        chain.state,
        chain.chain,
        chain.digest,
        1,
        YURI,
        world.person(YURI),
        chain.timestamper,
        world.clock(),
    )
    chain.act(0, ASA).act(1, YURI)
    assert lost.segment not in chain.data
    assert_all_valid(chain.data, world.trust(), ["z_cert", "s0001_sig", "s0002_sig"])


def test_a_step_does_not_change_the_midstate_it_was_given(chain: Chain) -> None:
    before = chain.digest.hexdigest()
    given = chain.digest
    chain.act(0, ASA)
    assert given.hexdigest() == before


def test_a_base_made_with_another_font_version_is_still_written_correctly(
    world: World, chain: Chain
) -> None:
    """Glyph numbers of the embedded font would be wrong, so everything is drawn as outlines."""
    chain.state = replace(chain.state, face="another")
    chain.act(0, ASA)
    drawn = chain.segments[-1]
    assert b"<0024" not in drawn  # no glyph strings of the shared font but the invisible blank
    assert_all_valid(chain.data, world.trust(), ["z_cert", "s0001_sig"])


@pytest.mark.parametrize("fields", [{"unknown": "x"}, {"title": True}])
def test_a_value_that_the_layout_has_no_place_for_is_an_error(
    chain: Chain, fields: dict[str, str | bool]
) -> None:
    with pytest.raises(pdf.BadAct):
        chain.act(0, replace(ASA, fields=fields))


def test_a_slot_that_does_not_exist_is_an_error(chain: Chain) -> None:
    with pytest.raises(pdf.BadAct):
        chain.act(2, ASA)


@pytest.mark.parametrize(
    "name",
    [
        "x" * 300,
        "Ann\x00 \x1b[31mRed\nLine",
        "Anna 😀 Smith 👩‍👩‍👧",
        "\u202eevil\u202c",
        "\ud800lone",
        "()<>[]{}/%\\",
        "محمد عبد الله",
        "山田 太郎",
        "O\u0301lafur",
        "יעקב בן־דוד (Jacob) 2",
        "A " + "مرحبا " * 60,
        "\U000116ca\u061b",
        "\ufffd \ue000 \U000e0001 \uffff",
    ],
)
def test_any_name_can_sign(world: World, chain: Chain, name: str) -> None:
    chain.act(0, replace(ASA, name=name, typed=name, consent=name * 3))
    assert_all_valid(chain.data, world.trust(), ["z_cert", "s0001_sig"])


@pytest.mark.parametrize("name", ["王小明", "山田 太郎"])
def test_a_name_drawn_as_outlines_can_be_copied(chain: Chain, tmp_path: Path, name: str) -> None:
    """An invisible glyph carries it: otherwise neither search nor a screen reader would find it."""
    chain.act(0, replace(ASA, name=name, typed=name))
    (tmp_path / "signed.pdf").write_bytes(chain.data)
    command = [require_tool("pdftotext"), "signed.pdf", "-"]
    told = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout.decode()
    assert name in told


def test_a_name_in_two_directions_is_told_as_one(chain: Chain) -> None:
    chain.act(0, replace(ASA, name="Ольга بن محمد", typed="O"))
    assert verify(chain.data).signatures[-1].who == "Ольга بن محمد"


def test_control_characters_of_a_name_reach_neither_field_nor_certificate(
    world: World, chain: Chain
) -> None:
    chain.act(0, replace(ASA, name="Ann\x00\x1b Smith\n"))
    assert values(chain.data)["s0001_e_name"] == "Ann   Smith"
    assert "Ann Smith" in findings(chain.data, world.trust())[-1].signer


def test_the_certificate_names_the_signer(world: World, chain: Chain) -> None:
    chain.act(0, ASA, "PNOSE-198001011234")
    signer = findings(chain.data, world.trust())[-1].signer
    assert "Åsa Öberg" in signer
    assert "PNOSE-198001011234" in signer


def test_a_drawn_signature_is_embedded_once_for_all_its_places(chain: Chain) -> None:
    picture = normalise_signature(signature_png())
    chain.act(0, replace(ASA, signature_image=picture))
    assert chain.segments[-1].count(b"/Subtype/Image") == 2  # colours and mask
    assert chain.segments[-1].count(b"/XObject<</Im ") == 2  # signature and its second place


def test_a_timestamp_that_is_too_long_is_an_error_and_not_a_broken_file(chain: Chain) -> None:
    class TooLong:
        size = 100

        def __call__(self, _: bytes) -> bytes:
            return bytes(5000)

    chain.timestamper = TooLong()
    with pytest.raises(pdf.NoRoom):
        chain.act(0, ASA)


def test_the_evidence_of_a_signer_with_a_place_says_where_he_signed() -> None:
    data = pdf.prepare(contract(), pdf.Layout((SLOT,))).data
    page = pypdfium2.PdfDocument(data)[2]
    assert "Signature on page 1" in page.get_textpage().get_text_range()
