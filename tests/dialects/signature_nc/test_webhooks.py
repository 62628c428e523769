"""The three webhook URLs and what is sent to them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .house import BASE, House, bearer, signer
from .test_checks import assert_refused

HOOK = "https://app.example"


def listen(house: House, token: str | None = None) -> None:
    """Sets all three URLs."""
    headers = bearer(token) if token else {}
    for event in ("sent", "signed", "completed"):
        house.client.post(
            f"{BASE}/webhooks/{event}-webhook-url",
            json={"url": f"{HOOK}/{event}"},
            headers=headers,
        )


def heard(house: House) -> list[tuple[str, str, dict[str, Any]]]:
    """URL, event and body of everything that was called, in order."""
    house.work()
    calls = [(each.url, each.event, json.loads(each.body)) for each in house.world.called]
    house.world.called.clear()
    return calls


@pytest.mark.parametrize("event", ["sent", "signed", "completed"])
def test_each_url_is_set_on_its_own_and_shown_in_usage(house: House, event: str) -> None:
    path, name = f"{BASE}/webhooks/{event}-webhook-url", f"{event}WebhookUrl"
    answer = house.client.post(path, json={"url": f"{HOOK}/one"})
    assert answer.json() == {name: f"{HOOK}/one"}
    house.client.post(path, json={"url": f"{HOOK}/two"})
    usage = house.client.get(f"{BASE}/tokens/usage").json()
    urls = {key: value for key, value in usage.items() if key.endswith("WebhookUrl")}
    expected = dict.fromkeys(["sentWebhookUrl", "signedWebhookUrl", "completedWebhookUrl"])
    assert urls == expected | {name: f"{HOOK}/two"}


@pytest.mark.parametrize("event", ["sent", "signed", "completed"])
def test_a_url_is_required(house: House, event: str) -> None:
    path = f"{BASE}/webhooks/{event}-webhook-url"
    for body in ({}, {"url": ""}, {"url": None}, {"url": 1}):
        assert_refused(house.client.post(path, json=body), "url is required")
    for url in ("ftp://app.example", "app.example", " ", f"{HOOK}/{'x' * 255}"):
        assert_refused(
            house.client.post(path, json={"url": url}),
            "url must be an http(s) address of at most 255 characters",
        )
    for url in ("http://[::1/hook", "https://:443/hook", "https://app.example:99999/", "http://?"):
        assert_refused(
            house.client.post(path, json={"url": url}),
            "This is not an http(s) address of at most 255 characters.",
        )


def test_the_sent_url_is_told_of_the_submission(house: House) -> None:
    listen(house)
    made = house.create()
    ((url, event, body),) = heard(house)
    assert (url, event) == (f"{HOOK}/sent", "sent")
    merged = {"event": "sent", "webhookUrl": url}
    assert body == made | merged | {key: body[key] for key in ("userTokenId", "submissionId")}
    for key in ("userTokenId", "submissionId"):
        assert isinstance(body[key], str)
        assert body[key].isdigit()
        assert int(body[key]) < 2**53


def test_signing_and_refusing_go_to_the_signed_url_with_the_signer(house: House) -> None:
    listen(house)
    made = house.create(signers=[signer(), signer(firstname="Jo")])
    ((_, _, sent),) = heard(house)
    lea, jo = made["submitters"]
    house.sign(lea)
    ((url, event, body),) = heard(house)
    assert (url, event, body["event"]) == (f"{HOOK}/signed", "signed", "signed")
    assert body["submissionId"] == sent["submissionId"]
    assert (body["uuid"], body["firstname"], body["status"]) == (lea["uuid"], "Lea", "completed")
    assert body["completedAt"] == "2026-11-20T09:00:00.000Z"
    assert body["signedDocuments"][0]["name"] == "contract.pdf"
    house.refuse(jo)
    ((url, event, body),) = heard(house)
    assert (url, event, body["status"]) == (f"{HOOK}/signed", "refused", "refused")
    assert (body["uuid"], body["signedDocuments"]) == (jo["uuid"], None)


def test_the_completed_url_is_told_when_the_last_signer_is_done(house: House) -> None:
    listen(house)
    made = house.create(signers=[signer(), signer(firstname="Jo")])
    for submitter in made["submitters"]:
        house.sign(submitter)
    *_, (url, event, body) = heard(house)
    assert (url, event, body["event"]) == (f"{HOOK}/completed", "completed", "completed")
    assert [each["status"] for each in body["submitters"]] == ["completed", "completed"]
    assert body["uuid"] == made["uuid"]


def test_opening_and_deleting_tell_nobody(house: House) -> None:
    listen(house)
    made = house.create()
    heard(house)
    house.open(made["submitters"][0])
    house.client.delete(f"{BASE}/submissions/{made['uuid']}")
    assert heard(house) == []


def test_each_token_hears_of_its_own_submissions_only(house: House) -> None:
    listen(house)
    other = house.token()
    house.create(headers=bearer(other))
    assert heard(house) == []
    listen(house, other)
    house.create(headers=bearer(other))
    ((_, _, body),) = heard(house)
    house.create()
    ((_, _, own),) = heard(house)
    assert body["userTokenId"] != own["userTokenId"]


def test_refused_requests_are_not_told(house: House) -> None:
    listen(house)
    house.post(name="")
    assert heard(house) == []
