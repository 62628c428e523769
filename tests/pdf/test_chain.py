"""The whole chain, held to account by programs that share no code with it, after every single
step."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from countersign import pdf
from countersign.pdf.image import normalise_signature
from tests.pdf.chain import ASA, YURI, Chain, World, field_at, signature_png
from tests.pdf.referees import (
    assert_all_valid,
    assert_long_term,
    assert_openssl_content,
    assert_pdfsig_content,
    assert_qpdf_content,
)
from tests.pdf.samples import contract

pytestmark = pytest.mark.slow

LAYOUT = pdf.Layout(
    (
        pdf.Slot(
            (
                field_at("signature", "signature", 0.1, 0.75),
                field_at("title", "text", 0.1, 0.6, size=(0.3, 0.025)),
                field_at("day", "date", 0.5, 0.6, size=(0.2, 0.025)),
                field_at("agree", "checkbox", 0.1, 0.65, size=(0.02, 0.015)),
                field_at("initials", "initials", 0.8, 0.9, page=1, size=(0.1, 0.04)),
                field_at("again", "signature", 0.1, 0.75, page=1),
                field_at("stamp", "stamp", 0.5, 0.75, page=1),
            )
        ),
        pdf.Slot(),
    ),
    spare=1,
)
FILLED = replace(
    ASA,
    fields={"title": "Director", "day": "2026-11-20", "agree": True},
    signature_image=normalise_signature(signature_png()),
)
FIELDS = ["z_cert", "s0001_sig", "s0002_sig", "z_seal", "z_ts"]


@cache
def world() -> World:
    return World.new()


@cache
def finished() -> Chain:
    chain = Chain.start(world(), contract(), LAYOUT).certify()
    return chain.act(0, FILLED, "PNOSE-198001011234").act(1, YURI).seal().archive()


@pytest.mark.parametrize("step", range(1, 6))
def test_every_signature_stays_valid_after_every_step(step: int) -> None:
    data = b"".join(finished().segments[: step + 1])
    assert_all_valid(data, world().trust(), FIELDS[:step])


@pytest.mark.parametrize("step", range(1, 6))
def test_poppler_and_qpdf_find_no_fault_after_any_step(step: int, tmp_path: Path) -> None:
    path = tmp_path / "step.pdf"
    path.write_bytes(b"".join(finished().segments[: step + 1]))
    assert_pdfsig_content(path, min(step, 4))  # poppler does not check document timestamps
    assert_qpdf_content(path)


def test_openssl_verifies_every_signature_and_the_document_timestamp(tmp_path: Path) -> None:
    assert_openssl_content(finished().data, world().trust(), tmp_path)


def test_the_finished_file_is_valid_after_the_signers_certificates_expired() -> None:
    assert_long_term(finished().data, world().trust())


def test_the_midstate_is_the_digest_of_the_file() -> None:
    assert finished().digest.digest() == pdf.digest_of([finished().data]).digest()
