"""The pages behind a document's own: with evidence, with signatures alone, or none."""

import io
from dataclasses import replace
from functools import cache
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from countersign import pdf
from countersign.pdf.image import normalise_signature
from countersign.pdf.verify.facts import ExpectedAct
from tests.pdf.chain import ASA, ENVELOPE, YURI, Chain, World, field_at, signature_png
from tests.pdf.judged import EXPECTED, judge, refusal_of
from tests.pdf.referees import (
    assert_all_valid,
    assert_long_term,
    assert_openssl_content,
    assert_pdfsig_content,
    assert_qpdf_content,
)
from tests.pdf.samples import contract

pytestmark = pytest.mark.slow

PLAIN = pdf.Layout(
    (pdf.Slot((field_at("signature", "signature", 0.1, 0.75),)), pdf.Slot(), pdf.Slot()),
    pages="signatures",
)
DRAWN = replace(ASA, signature_image=normalise_signature(signature_png()))
FIELDS = ["z_cert", "s0001_sig", "s0002_sig", "s0003_sig", "z_seal", "z_ts"]
ACTS = tuple(
    ExpectedAct(slot, {}, {"e_name": values.name}) for slot, values in enumerate((ASA, YURI, ASA))
)


@cache
def world() -> World:
    return World.new()


@cache
def finished() -> Chain:
    chain = Chain.start(world(), contract(), PLAIN).certify()
    return chain.act(0, ASA).act(1, YURI).act(2, DRAWN).seal().archive()


@pytest.mark.parametrize("step", range(1, 7))
def test_a_file_with_a_signature_page_is_valid_after_every_step(step: int, tmp_path: Path) -> None:
    data = b"".join(finished().segments[: step + 1])
    path = tmp_path / "step.pdf"
    path.write_bytes(data)
    assert_all_valid(data, world().trust(), FIELDS[:step])
    assert_pdfsig_content(path, min(step, 5))  # poppler does not check document timestamps
    assert_qpdf_content(path)


def test_a_file_with_a_signature_page_is_valid_years_later(tmp_path: Path) -> None:
    assert_openssl_content(finished().data, world().trust(), tmp_path)
    assert_long_term(finished().data, world().trust())


def test_a_signature_page_names_everybody_and_tells_nothing_else() -> None:
    chain = finished()
    with pikepdf.open(io.BytesIO(chain.data)) as file:
        values = {
            str(field.T): str(field.V)
            for field in file.Root.AcroForm.Fields
            if pikepdf.Name.Sig != field.FT
        }
    assert values == {
        "z_name": ENVELOPE.document_name,
        "z_id": ENVELOPE.envelope_id,
        "s0001_e_name": ASA.name,
        "s0002_e_name": YURI.name,
        "s0003_e_name": ASA.name,
    }
    for told in (ASA.ip, ASA.method, ASA.identified_by, YURI.contact):
        assert told.encode() not in chain.data
        assert told.encode("utf-16-be").hex().encode() not in chain.data


def test_every_signature_has_a_place_where_it_shows() -> None:
    fields = finished().state.slots
    assert all(slot[0]["box"][0] > 50 and slot[0]["box"][1] > 50 for slot in fields)
    document = pypdfium2.PdfDocument(finished().data)
    assert "Signature on page 1" in document[len(document) - 1].get_textpage().get_text_range()


def test_the_strict_verifier_holds_a_signature_page_to_what_the_database_says() -> None:
    chain, expected = finished(), replace(EXPECTED, acts=ACTS)
    assert judge(chain, expected=expected).report.level == "B-LTA"
    audited = replace(ACTS[0], evidence={"e_name": ASA.name, "e_ip": ASA.ip})
    told = replace(expected, acts=(audited, *ACTS[1:]))
    assert "e_ip" in refusal_of(chain, expected=told)


def test_evidence_that_was_not_wanted_is_refused() -> None:
    layout = replace(PLAIN, slots=PLAIN.slots[:1], pages="evidence")
    chain = Chain.start(world(), contract(), layout).certify().act(0, ASA).seal().archive()
    assert "e_ip" in refusal_of(chain, expected=replace(EXPECTED, acts=ACTS[:1]))


def test_the_kind_of_added_pages_makes_another_layout() -> None:
    kinds: list[pdf.AddedPages] = ["evidence", "signatures", "none"]
    assert len({replace(PLAIN, pages=kind).digest() for kind in kinds}) == 3
