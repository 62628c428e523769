"""What the create call does, and what it answers."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from countersign.domain.task import Action
from tests.usecases.fake_engine import pdf

from .house import House, area, field, opened_house, signer


def test_the_answer_has_the_shape_that_the_vendor_documents(house: House) -> None:
    made = house.create(name="Acme NDA", signers=[signer(email="jane@acme.example")])
    assert list(made) == [
        "name", "uuid", "createdAt", "updatedAt", "template", "submitters", "createdBy",
    ]  # fmt: skip
    assert made["name"] == made["template"]["name"] == "Acme NDA"
    assert made["createdAt"] == made["updatedAt"] == "2026-11-20T09:00:00.000Z"
    assert list(made["template"]) == ["name", "uuid", "createdAt", "updatedAt"]
    assert made["template"]["uuid"] != made["uuid"]
    assert made["createdBy"] == {
        "firstname": "Max", "lastname": "Own Company", "email": "max@own.example",
    }  # fmt: skip
    (submitter,) = made["submitters"]
    start, _, token = submitter["signatureLink"].rpartition("/")
    assert start == "https://sign.example/s"
    assert house.ports.links.task_id(token) == submitter["uuid"]
    assert submitter == {
        "email": "jane@acme.example",
        "firstname": "Lea",
        "lastname": "Roux",
        "uuid": submitter["uuid"],
        "signatureLink": submitter["signatureLink"],
        "status": "sent",
        "signedDocuments": None,
        "signerInformation": None,
        "completedAt": None,
    }


def test_a_signer_without_email_is_created_without(house: House) -> None:
    assert house.create()["submitters"][0]["email"] is None


@pytest.mark.parametrize(("text", "skips"), [("true", True), ("True", True), ("false", False)])
def test_skip_intro_is_part_of_the_link(house: House, text: str, skips: bool) -> None:
    link = house.create(skipIntro=text)["submitters"][0]["signatureLink"]
    assert link.endswith("?skipIntro=true") is skips


def test_all_signers_may_sign_at_once_and_view_what_they_do_not_sign(house: House) -> None:
    made = house.create(
        files=[("a.pdf", pdf(remark="a")), ("b.pdf", pdf(remark="b"))],
        signers=[
            signer(fields=[field(document="a.pdf")]),
            signer(fields=[field(document="b.pdf"), field(document="a.pdf")]),
        ],
    )
    with house.ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(made["uuid"])
    assert [task.status for task in envelope.tasks] == ["ready", "ready"]
    assert [list(task.actions.values()) for task in envelope.tasks] == [
        [Action.SIGN, Action.VIEW],
        [Action.SIGN, Action.SIGN],
    ]


def placed(house: House, box: dict[str, Any], page: tuple[float, float]) -> list[float]:
    made = house.create(
        files=[("contract.pdf", pdf(page))], signers=[signer(fields=[field(area=box)])]
    )
    with house.ports.unit_of_work() as uow:
        at = uow.envelopes.get(made["uuid"]).tasks[0].fields[0].area
    assert at.page == 0
    return [round(at.x, 6), round(at.y, 6), round(at.w, 6), round(at.h, 6)]


def test_points_become_fractions_of_the_page(house: House) -> None:
    box = area(x=100, y=200, w=50, h=40)
    assert placed(house, box, (500, 800)) == [0.2, 0.25, 0.1, 0.05]


def test_an_account_may_count_y_from_the_bottom(tmp_path: Path) -> None:
    with opened_house(tmp_path / "staging", y_origin="bottom") as house:
        box = area(x=100, y=200, w=50, h=40)
        assert placed(house, box, (500, 800)) == [0.2, 0.7, 0.1, 0.05]


def test_a_box_that_sticks_out_by_less_than_a_point_is_cut(house: House) -> None:
    box = area(x=-0.5, y=760.4, w=100.5, h=40)
    assert placed(house, box, (500, 800)) == [0.0, 0.9505, 0.2, 0.0495]


def test_invitations_go_out_only_when_asked_for(house: House) -> None:
    house.create(signers=[signer(email="lea@ex.example")])
    house.work()
    assert house.world.mailed == []
    house.create(sendEmail="true", signers=[signer(email="lea@ex.example")])
    house.work()
    assert [mail.recipient for mail in house.world.mailed] == ["lea@ex.example"]


def test_the_signed_documents_are_never_mailed(house: House) -> None:
    made = house.create(sendEmail="true", signers=[signer(email="lea@ex.example")])
    house.work()
    house.sign(made["submitters"][0])
    house.work()
    assert [mail.subject for mail in house.world.mailed] == ["Please sign Quote 12"]


def test_names_in_any_script_are_kept_as_they_are_written(house: House) -> None:
    made = house.create(
        name="Kontrakt ✍️ 契約",
        files=[("Régler ✍️.pdf", pdf())],
        signers=[signer(firstname="Đặng", lastname="عمر", fields=[field(document="Régler ✍️.pdf")])],
    )
    assert made["name"] == "Kontrakt ✍️ 契約"
    assert [made["submitters"][0][part] for part in ("firstname", "lastname")] == ["Đặng", "عمر"]
    documents = house.client.get(f"/api/v3/submissions/{made['uuid']}/documents").json()
    assert documents["documents"][0]["name"] == "Régler ✍️.pdf"


def test_a_thousand_signers_are_quick(house: House) -> None:
    signers = [
        signer(firstname=f"Lea {n}", email=f"lea{n}@ex.example", fields=[field(area=area(y=n / 2))])
        for n in range(1000)
    ]
    started = time.monotonic()
    made = house.create(signers=signers)
    assert time.monotonic() - started < 5
    assert len({each["signatureLink"] for each in made["submitters"]}) == 1000
