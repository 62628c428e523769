"""Cases from creation to every end, as their sender reads them."""

from __future__ import annotations

import re

import pytest

from .house import House, document, person

HEX = re.compile(r"[0-9a-f]{24}")
TWO = [
    person(name="Kim Holm", email="kim@firm.example", group=1),
    person(name="Eva Lind", email="eva@firm.example", group=2),
]


def test_a_case_is_signed_and_its_signed_file_is_there_to_fetch(house: House) -> None:
    made = house.create()
    (kim,) = made["recipients"]
    assert HEX.fullmatch(made["_id"])
    assert HEX.fullmatch(kim["_id"])
    assert (made["state"], made["case_status"], kim["signed"]) == ("open", "pending", "pending")
    assert made["signedDocuments"] == []
    house.open(kim)
    house.sign(kim)
    house.work()
    done = house.read(made)
    assert (done["state"], done["case_status"]) == ("closed", "signed")
    (kim,) = done["recipients"]
    assert kim["signed"] == "signed"
    assert [entry["type"] for entry in kim["log"]] == ["sent", "opened", "signed"]
    (signed,) = done["signedDocuments"]
    assert signed["name"] == "nda.pdf"
    link = house.call("POST", "/v3/file/view-presigned-url", json={"url": signed["file"]}).json()
    assert link["key"].startswith(f"{house.company}/case/")
    assert not link["cached"]
    fetched = house.client.get(link["signedUrl"], headers={"Authorization": ""})
    assert fetched.status_code == 200
    assert fetched.content.startswith(b"%PDF")
