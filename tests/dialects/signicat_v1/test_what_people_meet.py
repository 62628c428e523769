"""What an order asks of the signing page, as the page's own API does it on a running server: where
people are led, what they are offered, and the files that they bring."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import httpx2
import pikepdf
import pytest
from PIL import Image

from tests.pdf.samples import contract
from tests.pdf.test_own_form import by_reportlab
from tests.support.server import RunningServer

from .customer import Customer, act, address_of, link_of, new_customer, prove
from .orders import ABSENT, NBID, ORDERS, document, order, package, task, wrong

pytestmark = pytest.mark.slow

BACK = {
    "onTaskComplete": "https://shop.example/done?o=${requestId}&t=${taskId}#success",
    "onTaskReject": "https://shop.example/no/${taskId}?o=${requestId}",
    "onTaskPostpone": "https://shop.example/later?t=${taskId}&t=${taskId}",
}


@pytest.fixture(scope="module")
def customer(running_server: RunningServer) -> Iterator[Customer]:
    made = new_customer(running_server)
    yield made
    made.api.close()


def post(link: str, what: str, **given: Any) -> Any:
    answer = httpx2.post(f"{link}/{what}", json=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def state(link: str) -> Any:
    return httpx2.get(f"{link}/state").json()


# ------------------------------------------------------------------ where people are led


def test_who_postpones_and_then_rejects_is_led_back_each_time(customer: Customer) -> None:
    made = customer.order(task(document(customer.upload()), id="a b&c", **BACK))
    link = link_of(made, "a b&c")
    later = post(link, "postpone")["redirect_url"]
    assert later == "https://shop.example/later?t=a%20b%26c&t=a%20b%26c"
    assert customer.state(made, "a b&c") == "CREATED"
    back = post(link, "decline", reason="Wrong price")["redirect_url"]
    assert back == f"https://shop.example/no/a%20b%26c?o={made['id']}"
    assert customer.state(made, "a b&c") == "REJECTED"
    assert customer.events(made, "a b&c") == ["TASK_CREATED", "TASK_REJECTED"]


def test_a_package_of_a_rejected_task_stays_created(customer: Customer) -> None:
    ref = customer.upload()
    made = customer.order(
        task(document(ref)),
        task(document(ref), id="2"),
        packagingTasks=[package(("1", "doc-1"), ("2", "doc-1"))],
    )
    post(link_of(made), "decline")
    path = f"{ORDERS}/{made['id']}/packaging-tasks/pack"
    status = customer.api.get(f"{path}/status").json()
    assert status["packagingTaskStatus"] == "CREATED"
    assert status["packagingTaskResultUri"] is None
    assert customer.api.get(f"{path}/result").status_code == 404
    assert customer.state(made, "2") == "CREATED"


# ------------------------------------------------------------------ what they are offered


@pytest.mark.parametrize("by", ["configuration", "profile"])
def test_an_interface_is_named_by_its_account_only(customer: Customer, by: str) -> None:
    name = f"shop by {by}"
    look = ("--company", "The Shop", "--color", "#0a5a1e", "--hide", "decline", "forward")
    whose = ("--account", customer.account_id, "--name", name)
    customer.server.run("interface", "add", *whose, *look, "--skip-intro")
    made = customer.order(
        task(document(customer.upload()), **{by: name}, **BACK),
        task(document(customer.upload()), id="plain", profile="default", **BACK),
    )
    shown, plain = state(link_of(made)), state(link_of(made, "plain"))
    assert (shown["branding"]["name"], plain["branding"]["name"]) == ("The Shop", "Acme")
    assert shown["branding"]["accent"] == "#0a5a1e"
    assert shown["task"]["may"] == ["postpone"]
    assert plain["task"]["may"] == ["decline", "forward", "postpone"]
    assert (shown["skip_intro"], plain["skip_intro"]) == (True, False)
    assert "The Shop" in httpx2.get(address_of(made)).text
    other = new_customer(customer.server)
    asked = order(task(document(other.upload()), **{by: name}))
    assert list(wrong(other.api.post(ORDERS, json=asked))) == [f"tasks[0].{by}"]
    other.api.close()


SEVERAL = [NBID, {**NBID, "name": "sbid-sign"}]


@pytest.mark.parametrize("methods", [[NBID], SEVERAL], ids=["one eID", "several"])
def test_an_interface_may_turn_the_steps_round(customer: Customer, methods: Any) -> None:
    whose = ("--account", customer.account_id, "--name", f"bank {len(methods)}")
    customer.server.run("interface", "add", *whose, "--identify-first")
    ways = {"signatureMethods": methods}
    made = customer.order(
        task(document(customer.upload()), configuration=f"bank {len(methods)}", **ways),
        task(document(customer.upload()), id="plain", **ways),
    )
    link, plain = link_of(made), link_of(made, "plain")
    assert state(link)["identity"]["before"] == "reading"
    assert state(plain)["identity"]["before"] == "signing"
    (shown,) = state(link)["documents"]
    assert httpx2.get(f"{link}/documents/{shown['id']}").status_code == 404
    prove(link, "Åsa Öberg").raise_for_status()
    assert httpx2.get(f"{link}/documents/{shown['id']}").status_code == 200
    assert act(link).status_code == 200
    assert customer.state(made) == "COMPLETED"


# ------------------------------------------------------------------ forms


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("nowhere", "x", "no such field in the form"),
        ("floor", "99", "not one of its choices"),
        ("pets", "maybe", "not one of its states"),
    ],
)
def test_a_parameter_that_its_form_can_not_take_is_refused_at_its_path(
    customer: Customer, name: str, value: str, why: str
) -> None:
    given = [{"name": "city", "value": "Oslo"}, {"name": name, "value": value}]
    ref = customer.upload(by_reportlab())
    asked = order(task(document(ref, form={"inputParams": given})))
    found = wrong(customer.api.post(ORDERS, json=asked))
    assert found == {"tasks[0].documents[0].form.inputParams[1].value": why}


# ------------------------------------------------------------------ files that people bring


def asked_for_a_file(customer: Customer) -> Any:
    wanted = document("", id="photo", action="UPLOAD", source="UPLOAD", documentRef=ABSENT)
    return customer.order(task(wanted, signatureMethods=ABSENT))


def bring(made: Any, data: bytes, name: str, media: str) -> Any:
    link = link_of(made)
    (awaited,) = state(link)["documents"]
    place = f"{link}/documents/{awaited['id']}/upload"
    return httpx2.post(place, files={"file": (name, data, media)}, timeout=60)


def locked() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(contract())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "media", "why"),
    [
        (locked, "locked.pdf", "application/pdf", "encrypted"),
        (lambda: b"hello", "photo.png", "image/png", "not_image"),
        (lambda: b"%PDF-1.7", "half.pdf", "application/pdf", "broken"),
    ],
)
def test_a_file_that_is_no_good_is_refused_and_the_task_stays_open(
    customer: Customer, data: Any, name: str, media: str, why: str
) -> None:
    made = asked_for_a_file(customer)
    answer = bring(made, data(), name, media)
    assert (answer.status_code, answer.json()["error"]["fields"]) == (400, {"file": why})
    assert act(link_of(made), "click").status_code == 400
    assert customer.state(made) == "CREATED"


def test_a_photo_of_20_megapixels_becomes_an_upright_page(customer: Customer) -> None:
    """Taken sideways: red was on the left, so it has to be at the top."""
    taken = Image.new("RGB", (5200, 3900), (20, 90, 160))
    taken.paste((200, 20, 20), (0, 0, 1300, 3900))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    out = io.BytesIO()
    taken.save(out, "JPEG", exif=exif)
    made = asked_for_a_file(customer)
    assert bring(made, out.getvalue(), "IMG_1.JPG", "image/jpeg").status_code == 200
    link = link_of(made)
    (brought,) = state(link)["documents"]
    shown = httpx2.get(f"{link}/documents/{brought['id']}/pages/0.webp").content
    page = Image.open(io.BytesIO(shown)).convert("RGB")
    assert page.height > page.width
    top, bottom = (page.getpixel((page.width // 2, page.height * at // 8)) for at in (1, 6))
    assert (top[0] > 150, top[2] > 100) == (True, False)
    assert (bottom[0] > 150, bottom[2] > 100) == (False, True)
    assert act(link, "click").status_code == 200
    kept = customer.download(customer.status(made)["documents"][0]["originalUri"])
    assert kept.startswith(b"%PDF-")
