"""Uploads that are signed already: their signatures are never broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyhanko.sign.fields import MDPPerm

from tests.bad_input.answers import assert_plain
from tests.bad_input.poppler import VALID, verdicts
from tests.bad_input.sender import Sender
from tests.pdf.foreign import Authority, sign, sign_visibly, signed_contract
from tests.pdf.samples import contract

CERTIFIED = "PDF files that are certified against changes are not supported"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def test_the_signatures_of_a_signed_upload_stay_valid(
    sender: Sender, authority: Authority, tmp_path: Path
) -> None:
    upload = signed_contract(authority, ["Eve", "Adam"])
    signed = sender.sign_through("contract.pdf", upload)
    assert signed.startswith(upload), "the upload was rewritten"
    assert verdicts(signed, tmp_path) == [VALID] * 4  # Eve, Adam, Lea, the seal


def test_a_signed_upload_can_be_signed_by_several_people(
    sender: Sender, authority: Authority, tmp_path: Path
) -> None:
    upload = sign_visibly(contract(), authority.signer("Eve"))
    signed = sender.sign_by_two("contract.pdf", upload)
    assert signed.startswith(upload)
    assert verdicts(signed, tmp_path) == [VALID] * 4


@pytest.mark.usefixtures("nothing_stays")
def test_a_file_certified_against_all_changes_is_refused(
    sender: Sender, authority: Authority
) -> None:
    certified = sign(contract(), authority.signer("Eve"), certify=MDPPerm.NO_CHANGES)
    assert_plain(sender.post([("contract.pdf", certified)]), CERTIFIED)


@pytest.mark.parametrize("level", [MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_a_certified_file_is_refused_or_its_certification_stays(
    sender: Sender, authority: Authority, tmp_path: Path, level: MDPPerm
) -> None:
    """New signature fields are more than such a certification allows."""
    certified = sign(contract(), authority.signer("Eve"), certify=level)
    before = sender.traces()
    answer = sender.post([("contract.pdf", certified)])
    if answer.status_code == 400:
        assert_plain(answer, CERTIFIED)
        assert sender.traces() == before
        return
    (lea,) = sender.signers_of(answer.json())
    assert lea.complete().status_code == 200
    signed = sender.signed(answer.json()["uuid"])
    assert signed.startswith(certified)
    assert verdicts(signed, tmp_path) == [VALID] * 3
