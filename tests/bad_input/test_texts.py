"""Names, addresses and the JSON around them."""

from __future__ import annotations

import json

import pytest

from tests.bad_input.answers import assert_plain
from tests.bad_input.sender import ABSENT, Sender, area, field, person
from tests.pdf.samples import contract

CONTROLS = ["\x00", "\t", "\n", "\r\nBcc: eve@evil.example", "\x1b[31m", "\x7f", "\x85", "\u2028"]
TURNERS = ["\u202e", "\u2066", "\u202a"]  # make a text look like another one


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("control", CONTROLS + TURNERS, ids=ascii)
def test_control_characters_in_names_are_refused(sender: Sender, control: str) -> None:
    name = f"Le{control}a"
    wrong = "must not contain control characters"
    assert_plain(sender.post(name=name), f"A name {wrong}")
    for part in ("firstname", "lastname"):
        answer = sender.post(signers=[person(**{part: name})])
        assert_plain(answer, f"Signer 1: A {part} {wrong}")
    answer = sender.post(signers=[person(fields=[field(name=name)])])
    assert_plain(answer, f"Signer 1 (Lea Roux), Field 1: A name {wrong}")


@pytest.mark.usefixtures("nothing_stays")
def test_names_of_300_characters_are_refused(sender: Sender) -> None:
    long = "é" * 300
    most = "must have at most 255 characters"
    assert_plain(sender.post(name=long), f"A name {most}")
    assert_plain(sender.post([(long, contract())]), f"A file name {most}")
    assert_plain(sender.post(signers=[person(firstname=long)]), f"Signer 1: A firstname {most}")


NAMES = {
    "the longest": "n" * 255,
    "the longest in wide letters": "李" * 255,
    "emoji": "👩‍👩‍👧‍👦 Zoë 😀🏳️‍🌈",
    "right to left": "محمد عبد الله",
    "mixed directions": "יעל Roux مدير 3 of 4",
    "Chinese": "李 小龍",
    "combining marks": "Z̶̢̛̰͖̃a͉l̷g̸o" + "́" * 40,
    "markup": "<script>alert('Lea')</script>&amp;\"",
    "PDF syntax": "Lea) Tj ET (",
    "templates": "{{7*7}} ${7*7} %(name)s {0}",
    "quotes of a database": "Lea'; DROP TABLE tasks;--",
    "private use": "\ue000\uf8ff\U0010fffd",
    "no character": "Lea\uffff\ufffe",
}


@pytest.mark.parametrize("case", NAMES)
def test_a_name_that_people_may_have_comes_through_whole(sender: Sender, case: str) -> None:
    """From the API through the signing page into a PDF whose signatures were verified."""
    name = NAMES[case]
    file = f"{name[:250]}.pdf"
    lea = person(firstname=name, lastname=name, fields=[field(name=name, document=file)])
    made = sender.create([(file, contract())], name=name, signers=[lea])
    (signer,) = sender.signers_of(made)
    assert "<script>alert('Lea')" not in signer.get("").text
    state = signer.state()
    assert (state["envelope"]["name"], state["task"]["name"]) == (name, f"{name} {name}")
    answer = signer.complete(signature={"text": name})
    assert answer.status_code == 200, answer.text
    assert sender.signed(made["uuid"]).startswith(b"%PDF-")
    (done,) = sender.read(made["uuid"])["submitters"]
    assert (done["firstname"], done["signedDocuments"][0]["name"]) == (name, file)


BAD_EMAILS = ["lea roux@x.example", " lea@x.example", "lea@x.example ", "lea@x", "lea", "a@@b.c"]


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("email", [*BAD_EMAILS, f"{'l' * 250}@x.example"])
def test_an_email_that_is_none_is_refused(sender: Sender, email: str) -> None:
    answer = sender.post(signers=[person(email=email)], sendEmail="true")
    assert_plain(answer, f"Signer 1: Invalid email format: {email}")


@pytest.mark.usefixtures("nothing_stays")
def test_half_a_surrogate_pair_is_refused(sender: Sender) -> None:
    signers = json.dumps([person(firstname="Lea")]).replace("Lea", "\\ud83d")
    assert sender.post(signers=signers).status_code == 400


BAD_JSON = {
    "nothing": "",
    "broken": '[{"firstname": ',
    "no array": "{}",
    "deeper than 100 levels": "[" * 101 + "]" * 101,
    "much deeper": "[" * 1_000_000,
    "deep objects": '{"a":' * 5000 + "1" + "}" * 5000,
    "a deep value in a signer": json.dumps([person()])[:-2]
    + ',"x":'
    + "[" * 200
    + "]" * 200
    + "}]",
    "two values": "[] []",
    "a comment": "[/* Lea */]",
    "two byte order marks": "\ufeff\ufeff[]",
}


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("case", BAD_JSON)
def test_signers_that_are_no_array_are_refused(sender: Sender, case: str) -> None:
    assert_plain(sender.post(signers=BAD_JSON[case]), "A signers must be provided")


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("value", [None, 1, [], {}, True, "", " "], ids=str)
def test_a_value_of_the_wrong_kind_is_named(sender: Sender, value: object) -> None:
    answer = sender.post(signers=[person(firstname=value)])
    assert_plain(answer, "Signer 1: A firstname must be provided")
    answer = sender.post(signers=[person(fields=[field(type=value)])])
    assert_plain(answer, "Signer 1 (Lea Roux), Field 1: A type must be provided")


@pytest.mark.usefixtures("nothing_stays")
def test_numbers_that_no_page_has_are_refused(sender: Sender) -> None:
    def refused(**changes: object) -> str:
        return str(sender.post(signers=[person(fields=[field(area=area(**changes))])]).text)

    where = "Signer 1 (Lea Roux), Field 1: Area"
    assert refused(x="12") == refused(x=float("nan")) == refused(y=10**400)
    assert refused(x="12") == f"{where} x/y coordinate must be a number"
    assert refused(w=0) == refused(h=-1) == f"{where} width/height must be a positive number"
    assert refused(page=-1) == refused(page=0.5) == f"{where} page must be a non-negative integer"
    assert refused(page=2) == refused(page=10**18) == "Index page unknown"
    assert refused(x=500) == refused(y=-2) == refused(w=1e300) == f"{where} is outside the page"


@pytest.mark.usefixtures("nothing_stays")
def test_a_missing_part_is_named(sender: Sender) -> None:
    assert_plain(sender.post(name=ABSENT), "A name must be provided")
    assert_plain(sender.post(signers=ABSENT), "A signers must be provided")
    assert_plain(sender.post(signers=[]), "At least 1 signer must be provided")
    assert_plain(sender.post(sendEmail="perhaps"), "sendEmail must be true or false")
