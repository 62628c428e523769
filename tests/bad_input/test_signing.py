"""The signing page's JSON API: acts that cannot be, in every state that a task can have."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.bad_input.answers import assert_problem, assert_unknown
from tests.bad_input.sender import BASE, Sender, area, field, person
from tests.bad_input.signer import Signer, act


@pytest.fixture(scope="module")
def lea(sender: Sender) -> Signer:
    """Never gets to sign in this module; only what was refused is counted."""
    return sender.signer()


def named(*changes: Any) -> list[Any]:
    return [pytest.param(*each, id=str(each[1:])[:60]) for each in changes]


# Which field is wrong, and an act that has it wrong
BAD_ACTS = named(
    ("consent", {"consent": False}),
    ("consent", {"consent": "true"}),
    ("consent", {"consent": None}),
    ("method", {"method": "nonsense"}),
    ("method", {"method": "click"}),
    ("method", {"method": "x" * 50}),
    ("method", {"method": 7}),
    ("signature", {"signature": {}}),
    ("signature", {"signature": {"text": " \t"}}),
    ("signature", {"method": "drawn", "signature": {"text": "Lea"}}),
    ("signature", {"signature": "Lea"}),
    ("signature.text", {"signature": {"text": "x" * 301}}),
    ("signature.text", {"signature": {"text": ["Lea"]}}),
    ("fields", {"fields": []}),
    ("nonsense", {"fields": {"nonsense": "x"}}),
    ("", {"fields": {"": "x"}}),
    ("fields.a", {"fields": {"a": "x" * 5001}}),
    ("fields.a", {"fields": {"a": 1}}),
)


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize(("wrong", "changes"), BAD_ACTS)
def test_an_act_that_is_wrong_is_refused_by_field(lea: Signer, wrong: str, changes: Any) -> None:
    assert_problem(lea.complete(**changes), 400, "invalid", wrong)
    assert lea.is_open()


def test_the_field_of_another_task_cannot_be_filled(sender: Sender, lea: Signer) -> None:
    (other,) = sender.signer().state()["fields"]
    before = sender.traces()
    assert_problem(lea.complete(fields={other["id"]: "x"}), 400, "invalid", other["id"])
    assert sender.traces() == before


def test_a_required_field_left_empty_is_named(sender: Sender) -> None:
    text = field(type="text", name="City", area=area(y=100))
    signer = sender.signer(signers=[person(fields=[field(), text])])
    wanted = next(each["id"] for each in signer.state()["fields"] if each["name"] == "City")
    before = sender.traces()
    for value in ({}, {wanted: ""}):
        assert_problem(signer.complete(fields=value), 400, "invalid", wanted)
    assert sender.traces() == before


def test_control_characters_in_what_is_typed_do_no_harm(sender: Sender) -> None:
    text = field(type="text", name="City", area=area(y=100))
    signer = sender.signer(signers=[person(fields=[field(), text])])
    wanted = next(each["id"] for each in signer.state()["fields"] if each["name"] == "City")
    for bad in ("\ud83d", "a\x00b"):
        answer = signer.post(
            "/complete",
            content=httpx2.Request("POST", "http://x", json=act(fields={wanted: "#"}))
            .read()
            .replace(b"#", ascii(bad)[1:-1].replace("\\x00", "\\u0000").encode()),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code in (200, 400), answer.text
    signer.complete(fields={wanted: "\x1b[31m Köln\r\n\u202e"})
    assert signer.state()["task"]["status"] == "completed"


def test_the_longest_texts_are_signed(sender: Sender) -> None:
    text = field(type="text", name="Remarks", area=area(y=100))
    made = sender.create(signers=[person(fields=[field(), text])])
    (signer,) = sender.signers_of(made)
    wanted = next(each["id"] for each in signer.state()["fields"] if each["name"] == "Remarks")
    answer = signer.complete(signature={"text": "W" * 300}, fields={wanted: "Ж" * 5000})
    assert answer.status_code == 200, answer.text
    assert sender.signed(made["uuid"]).startswith(b"%PDF-")


BAD_BODIES = {
    "nothing": b"",
    "broken": b'{"method": ',
    "a list": b"[]",
    "null": b"null",
    "no UTF-8": b'{"method": "\xff"}',
    "deeper than 100 levels": b'{"fields":' + b"[" * 101 + b"]" * 101 + b"}",
    "much deeper": b"[" * 1_000_000,
    "a number too large": b'{"reason": 1e999, "method": 1e999}',
}


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("case", BAD_BODIES)
@pytest.mark.parametrize("path", ["/complete", "/decline"])
def test_a_body_that_is_broken_is_refused(lea: Signer, path: str, case: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = lea.post(path, content=BAD_BODIES[case], headers=headers)
    code = answer.json()["error"]["code"]
    assert (answer.status_code, code) in ((400, "invalid"), (413, "too_large"))
    assert lea.is_open()


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "x", ""])
def test_a_body_of_another_type_is_refused(lea: Signer, media: str) -> None:
    answer = lea.post("/complete", content=b"{}", headers={"Content-Type": media})
    assert_problem(answer, 415, "invalid")


@pytest.mark.usefixtures("nothing_stays")
def test_a_reason_that_is_too_long_is_refused(lea: Signer) -> None:
    assert_problem(lea.decline("x" * 2049), 400, "invalid", "reason")
    assert_problem(lea.decline("x" * 100_000), 413, "too_large")
    assert_problem(lea.post("/decline", json={"reason": None}), 400, "invalid", "reason")
    assert lea.is_open()


# ------------------------------------------------------------------ too late


def assert_over(signer: Signer) -> None:
    """Nothing can be done any more, and each surface says so."""
    for answer in (signer.complete(), signer.decline(), signer.get("/state")):
        assert_problem(answer, 410, "gone")
    assert signer.post("/open").status_code in (204, 410)
    assert signer.get("").status_code == 410


def test_after_the_sender_has_deleted_it_nothing_can_be_done(sender: Sender) -> None:
    made = sender.create()
    (signer,) = sender.signers_of(made)
    assert sender.api.delete(f"{BASE}/submissions/{made['uuid']}").status_code == 200
    before = sender.traces()
    assert_over(signer)
    assert sender.traces() == before


def test_after_declining_a_signer_can_do_nothing_and_the_others_can(sender: Sender) -> None:
    lea, jane = sender.signers(signers=[person(), person(firstname="Jane")])
    assert lea.decline().status_code == 200
    before = sender.traces()
    assert_over(lea)
    assert sender.traces() == before
    assert jane.complete().status_code == 200


def test_after_its_deadline_nobody_can_sign(sender: Sender) -> None:
    signer = sender.signer()
    sender.let_expire(signer.uuid)
    before = sender.traces()
    assert_over(signer)
    assert sender.traces() == before


def test_a_signer_cannot_finish_or_decline_again(sender: Sender) -> None:
    signer, _ = sender.signers(signers=[person(), person(firstname="Jane")])
    assert signer.complete().status_code == 200
    before = sender.traces()
    assert_problem(signer.complete(), 409, "already_completed")
    assert_problem(signer.decline(), 409, "already_completed")
    assert sender.traces() == before
    assert signer.state()["task"]["status"] == "completed"


def test_of_eight_acts_at_once_one_is_made(sender: Sender) -> None:
    made = sender.create()
    (signer,) = sender.signers_of(made)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: signer.complete(), range(8)))
    codes = Counter(answer.status_code for answer in answers)
    assert codes == {200: 1, 409: 7}, [answer.text for answer in answers]
    assert sender.signed(made["uuid"]).count(b"/ByteRange") == 3 + 1  # certified, sealed, stamped


def test_of_acts_and_refusals_at_once_one_wins(sender: Sender) -> None:
    signer = sender.signer()
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(signer.complete if n % 2 else signer.decline) for n in range(8)]
        codes = Counter(call.result().status_code for call in calls)
    assert codes[200] == 1, codes
    assert set(codes) <= {200, 409, 410}


# ------------------------------------------------------------------ links and documents


TOKENS = ["x", "A" * 43, "A" * 5000, "%00", "..%2f..%2fetc", "%ff", "'--", "état", "%F0%9F%98%80"]


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token[:12])
def test_a_link_that_never_was_is_unknown(sender: Sender, token: str) -> None:
    nobody = Signer(sender.browser, f"/s/{token}")
    for answer in (nobody.get("/state"), nobody.post("/open"), nobody.complete(), nobody.decline()):
        assert_unknown(answer)
    assert_unknown(nobody.get("/documents/x"))
    assert nobody.get("").status_code == 404
    assert sender.browser.get(f"/d/{token}").status_code == 404
    assert sender.browser.get(f"/sign/{token}").status_code == 404


@pytest.mark.usefixtures("nothing_stays")
def test_a_changed_link_is_unknown(sender: Sender, lea: Signer) -> None:
    front, _, token = lea.page.rpartition("/")
    last = "A" if token[-1] != "A" else "Q"
    for changed in (token[:-1] + last, token[:-1], token + "A", token + "=", token.swapcase()):
        assert_unknown(Signer(sender.browser, f"{front}/{changed}").get("/state"))


def test_documents_of_other_people_are_unknown(sender: Sender, lea: Signer) -> None:
    (foreign,) = sender.signer().state()["documents"]
    before = sender.traces()
    for id in (foreign["id"], "x", "%00", "0" * 3000):
        assert_unknown(lea.get(f"/documents/{id}"))
        assert_unknown(lea.get(f"/documents/{id}/pages/0.webp"))
        assert_unknown(lea.get(f"/documents/{id}/pages/0.json"))
    assert sender.traces() == before


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("page", ["2", "5000", "-1", "x", "0.5", "9" * 5000, "%00"])
def test_a_page_that_is_not_there_is_unknown(lea: Signer, page: str) -> None:
    (document,) = lea.state()["documents"]
    for kind in ("webp", "json"):
        assert_unknown(lea.get(f"/documents/{document['id']}/pages/{page}.{kind}"))


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("width", ["0", "-1", "15", "4097", "9" * 5000, "x", "", "1e3", "%00"])
def test_a_width_that_cannot_be_drawn_is_refused(lea: Signer, width: str) -> None:
    (document,) = lea.state()["documents"]
    answer = lea.get(f"/documents/{document['id']}/pages/0.webp?width={width}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] == "invalid"


def test_the_widest_page_can_be_drawn(lea: Signer) -> None:
    (document,) = lea.state()["documents"]
    answer = lea.get(f"/documents/{document['id']}/pages/0.webp?width=4096")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("query", ["lang=" + "x" * 50, "skipIntro=perhaps", "%00=1"])
def test_a_malformed_query_is_refused(lea: Signer, query: str) -> None:
    answer = lea.get(f"/state?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid"


@pytest.mark.usefixtures("nothing_stays")
def test_methods_and_paths_that_are_not_there_are_told(lea: Signer) -> None:
    assert_problem(lea.get("/complete"), 405, "not_allowed")
    assert_problem(lea.post("/state"), 405, "not_allowed")
    assert_unknown(lea.get("/nonsense"))
    assert_unknown(lea.post("/upload"))
