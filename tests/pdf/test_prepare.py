"""The base: cleaned, complete, without personal data, and of the form that later steps rely on."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String

from countersign import pdf
from tests.pdf import samples
from tests.pdf.chain import ASA, Chain, World, field_at
from tests.pdf.referees import assert_all_valid

pytestmark = pytest.mark.slow

ONE = pdf.Layout((pdf.Slot((field_at("signature", "signature", 0.1, 0.7),)),))
ACTIVE = rb"/JavaScript|/JS\b|/Launch|/AA\b|/OpenAction|/XFA|/SubmitForm|/RichMedia|/Rendition"


@contextmanager
def opened(data: bytes) -> Iterator[tuple[pikepdf.Pdf, dict[str, pikepdf.Object]]]:
    """The file and its fields by name."""
    with pikepdf.open(io.BytesIO(data)) as file:
        yield file, {str(field.T): field for field in file.Root.AcroForm.Fields}


def hostile() -> bytes:
    """Scripts and launch actions in every place that readers run them from."""
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    launch = Dictionary(S=Name.Launch, F=String("calc.exe"))

    def change(file: pikepdf.Pdf) -> None:
        root, page = file.Root, file.pages[0].obj
        root.OpenAction, root.AA = script, Dictionary(WC=script)
        root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script])))
        page.AA = Dictionary(O=script)
        area = Array([0, 0, 50, 50])
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=area)
        chained = Dictionary(S=Name.URI, URI=String("https://example.test"), Next=Array([launch]))
        film = Dictionary(
            Type=Name.Annot, Subtype=Name.Screen, Rect=area, A=Dictionary(S=Name.Rendition)
        )
        flash = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=area)
        annotations = [
            _with(link, A=launch, AA=Dictionary(E=script)),
            _with(link, A=chained),
            film,
            flash,
        ]
        page.Annots = Array([file.make_indirect(one) for one in annotations])
        item = file.make_indirect(Dictionary(Title=String("run"), A=script))
        root.Outlines = file.make_indirect(Dictionary(Type=Name.Outlines, First=item, Last=item))

    return samples.changed(change)


def _with(base: Dictionary, **entries: object) -> Dictionary:
    made = Dictionary({key: base[key] for key in base})
    for key, value in entries.items():
        made[f"/{key}"] = value
    return made


def test_nothing_in_the_base_acts_by_itself() -> None:
    data = pdf.prepare(hostile(), ONE).data
    assert re.search(ACTIVE, hostile())
    assert not re.search(ACTIVE, data), re.findall(ACTIVE, data)


def test_a_plain_link_survives_preparing() -> None:
    assert b"https://example.test" in pdf.prepare(hostile(), ONE).data


@pytest.mark.parametrize("value", ["Uppsala", "Київ"])
def test_a_filled_form_becomes_part_of_the_page(value: str) -> None:
    upload = samples.with_text_field("city", value)
    data = pdf.prepare(upload, ONE).data
    with opened(data) as (file, fields):
        assert "city" not in fields
        assert len(file.pages[0].obj.Annots) == 1  # our own signature field, no orphan widget
    assert value in _text_of_page(data, 0)


def _text_of_page(data: bytes, page: int) -> str:
    document = pypdfium2.PdfDocument(data)
    return str(document[page].get_textpage().get_text_range())


def test_a_static_form_that_also_has_xfa_is_flattened() -> None:
    assert pdf.prepare(samples.xfa(dynamic=False), ONE).state.slots


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (b"", "empty"),
        (b"<html>not a pdf</html>", "not_pdf"),
        (b"%PDF-1.7\nnothing else", "broken"),
        (samples.contract()[:700], "broken"),
        (samples.encrypted("secret", "owner"), "encrypted"),
        (samples.without_pages(), "no_pages"),
        (samples.xfa(dynamic=True), "xfa_only"),
    ],
)
def test_an_upload_that_cannot_be_signed_is_refused_with_a_reason(upload: bytes, code: str) -> None:
    with pytest.raises(pdf.UnusablePdf) as refusal:
        pdf.prepare(upload, ONE)
    assert refusal.value.code == code
    assert refusal.value.message


def test_a_file_that_opens_without_a_password_is_decrypted() -> None:
    data = pdf.prepare(samples.encrypted("", "owner"), ONE).data
    assert b"/Encrypt" not in data


def test_a_signed_file_is_never_rewritten() -> None:
    signed = Chain.start(World.new(), samples.contract(), ONE).certify().data
    with pytest.raises(pdf.UnusablePdf) as refusal:
        pdf.prepare(signed, ONE)
    assert refusal.value.code == "already_signed"


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"junk before the header\n" + data,
        lambda data: data[: data.rindex(b"startxref")],
        lambda data: data.replace(b"0000000015 00000 n", b"0000000099 00000 n"),
    ],
    ids=["leading junk", "no startxref", "wrong offsets"],
)
def test_a_damaged_file_that_readers_repair_is_repaired(damage) -> None:  # type: ignore[no-untyped-def]
    world = World.new()
    chain = Chain.start(world, damage(samples.contract()), ONE).certify().act(0, ASA)
    assert_all_valid(chain.data, world.trust(), ["z_cert", "s0001_sig"])


@given(st.binary(max_size=400), st.integers(0, 3000))
def test_no_upload_makes_prepare_raise_anything_but_its_own_errors(noise: bytes, at: int) -> None:
    upload = samples.contract(1)
    with_noise = upload[:at] + noise + upload[at + len(noise) :]
    with suppress(pdf.PdfError):
        pdf.prepare(with_noise, ONE)


def test_every_field_of_a_slot_is_locked_by_its_signature() -> None:
    with opened(pdf.prepare(samples.contract(), ONE).data) as (_, fields):
        lock = fields["s0001_sig"].Lock
        assert lock.Action == Name.Include
        assert {str(name) for name in lock.Fields} == {
            n for n in fields if n.startswith("s0001_e_")
        }


def test_no_empty_text_field_has_an_appearance() -> None:
    """pyHanko 0.38 takes one that is older than the locking signature for a broken lock."""
    with opened(pdf.prepare(samples.contract(), ONE).data) as (_, fields):
        texts = [field for field in fields.values() if Name.Tx == field.FT]
        assert texts
        assert not [field for field in texts if "/AP" in field]


def test_field_names_are_unique_and_none_begins_like_another_slots() -> None:
    state = pdf.prepare(samples.contract(), pdf.Layout((pdf.Slot(),) * 12)).state
    names = [field["name"] for group in (state.platform, *state.slots) for field in group]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"z_\w+|s\d{4}_\w+", name) for name in names)


def test_the_base_reserves_what_later_steps_would_have_to_change_the_catalog_for() -> None:
    prepared = pdf.prepare(samples.contract(), ONE)
    with opened(prepared.data) as (file, _):
        root = file.Root
        assert root.DSS.objgen[0] == prepared.state.dss
        assert root.AcroForm.is_indirect
        assert root.AcroForm.SigFlags == 3
        assert "/NeedAppearances" not in root.AcroForm
        assert root.Extensions.ESIC.ExtensionLevel == 1
    assert prepared.data[prepared.state.prev :].startswith(b"xref\n")


def test_the_state_survives_its_json_form() -> None:
    state = pdf.prepare(samples.contract(), ONE).state
    again = pdf.BaseState.from_json(state.to_json())
    assert again == state
    assert again.digest() == state.digest()


def test_a_layout_with_fields_outside_the_document_is_refused() -> None:
    with pytest.raises(pdf.BadLayout):
        pdf.prepare(
            samples.contract(2), pdf.Layout((pdf.Slot((field_at("a", "text", 0, 0, page=2),)),))
        )


@pytest.mark.parametrize(
    "box",
    [(0.9, 0.5, 0.2, 0.1), (-0.1, 0.5, 0.2, 0.1), (0.5, 0.5, 0, 0.1), (float("nan"), 0, 0.1, 0.1)],
)
def test_a_field_that_leaves_its_page_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(pdf.BadLayout):
        pdf.Field("a", "text", 0, *box)


def test_two_fields_of_a_slot_may_not_share_a_name() -> None:
    one = field_at("a", "text", 0.1, 0.1)
    with pytest.raises(pdf.BadLayout):
        pdf.Slot((one, one))


def test_equal_layouts_have_equal_digests_and_others_do_not() -> None:
    assert (
        ONE.digest()
        == pdf.Layout((pdf.Slot((field_at("signature", "signature", 0.1, 0.7),)),)).digest()
    )
    assert ONE.digest() != replace(ONE, spare=1).digest()


def test_a_thousand_signers_get_a_block_each() -> None:
    prepared = pdf.prepare(samples.contract(), pdf.Layout((pdf.Slot(),) * 1000))
    with opened(prepared.data) as (file, _):
        pages = len(file.pages)
    assert len(prepared.state.slots) == 1000
    assert pages > 2 + 1000 // 7
    world = World.new()
    chain = Chain(
        world, prepared.state, [prepared.data], prepared.state.chain, pdf.digest_of([prepared.data])
    )
    chain.certify().act(999, ASA)
    assert b"s1000_sig" in chain.segments[-1]


def test_without_evidence_pages_the_document_keeps_its_pages() -> None:
    world = World.new()
    chain = Chain.start(world, samples.contract(2), pdf.Layout((pdf.Slot(),), pages="none"))
    chain.certify().act(0, ASA).seal().archive()
    with opened(chain.data) as (file, _):
        assert len(file.pages) == 2
    assert_all_valid(chain.data, world.trust(), ["z_cert", "s0001_sig", "z_seal", "z_ts"])
