"""The sandbox's mailbox."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from starlette.testclient import TestClient

from countersign.domain.delivery import Message
from countersign.httpkit import ByPrefix, Runtime
from countersign.pages import sandbox
from tests.adapters import samples
from tests.adapters.house import MAIL_FROM, House, opened
from tests.httpkit.live import LiveServer

pytestmark = pytest.mark.slow


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path) as house:
        yield house


@pytest.fixture
def app(house: House, tmp_path: Path) -> ByPrefix:
    runtime = Runtime(tmp_path / "staging", handler_threads=4)
    mailbox = sandbox.build(house.ports, runtime, mail_from=MAIL_FROM)
    return ByPrefix({"/sandbox": mailbox}, runtime.lifespan)


@pytest.fixture
def client(app: ByPrefix) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def keep(house: House, *messages: Message) -> None:
    with house.ports.unit_of_work() as uow:
        for message in messages:
            assert uow.messages.add(message)
        uow.commit()


def another(number: int, **more: object) -> Message:
    """A later message than `samples.message`."""
    at = samples.NOW + timedelta(minutes=number)
    return samples.message(id=f"m-{number}", key=f"k-{number}", created_at=at, **more)


def sms(number: int, text: str) -> Message:
    return another(number, channel="sms", recipient="+4512345678", subject="", html="", text=text)


def test_a_message_is_told_with_exactly_these_fields(house: House, client: TestClient) -> None:
    keep(house, samples.message())
    answer = client.get("/sandbox/mail.json")
    assert answer.json() == {
        "messages": [
            {
                "id": samples.message().id,
                "channel": "email",
                "to": "ada@signer.test",
                "from": "Max Own via Countersign <noreply@sign.test>",
                "subject": "Max Own asks you to sign Rental agreement",
                "text": "Hello Ada\n\nhttps://sign.test/s/abc\n",
                "html": "<p>Hello Ada</p>",
                "at": "2026-11-20T09:30:00.000Z",
                "links": ["https://sign.test/s/abc"],
                "code": None,
            }
        ]
    }


def test_the_newest_message_comes_first_and_to_filters(house: House, client: TestClient) -> None:
    keep(house, samples.message(), another(2, recipient="bo@signer.test"), another(1))
    assert ids(client, "") == ["m-2", "m-1", samples.message().id]
    assert ids(client, "?to=ada@signer.test") == ["m-1", samples.message().id]
    assert ids(client, "?to=nobody@signer.test") == []


def ids(client: TestClient, query: str) -> list[str]:
    return [
        message["id"] for message in client.get(f"/sandbox/mail.json{query}").json()["messages"]
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Your code is:\n\n  123456\n\nIt works for ten minutes.", "123456"),
        ("Countersign code: 004711", "004711"),
        ("Sign contract 2026 now", None),
        ("Invoice 123456 is waiting", None),
        ("https://sign.test/s/123456", None),
    ],
)
def test_a_one_time_code_is_found(
    house: House, client: TestClient, text: str, code: str | None
) -> None:
    keep(house, sms(1, text))
    (message,) = client.get("/sandbox/mail.json?to=%2B4512345678").json()["messages"]
    assert (message["channel"], message["from"], message["code"]) == (
        "sms",
        "Max Own via Countersign",
        code,
    )


def test_every_link_is_found_once_and_without_the_full_stop(
    house: House, client: TestClient
) -> None:
    text = "See https://a.test/1?x=y&z. Or (https://b.test/2), or https://a.test/1?x=y&z"
    keep(house, sms(1, text))
    (message,) = client.get("/sandbox/mail.json").json()["messages"]
    assert message["links"] == ["https://a.test/1?x=y&z", "https://b.test/2"]


def test_the_page_shows_words_of_strangers_as_words(house: House, client: TestClient) -> None:
    evil = "<script>alert(1)</script>"
    keep(house, samples.message(subject=evil, text=evil, recipient='"><b>@x.test'))
    page = client.get("/sandbox/mail")
    assert evil not in page.text
    assert '"><b>' not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_mail_is_shown_alone_and_locked_in(house: House, client: TestClient) -> None:
    keep(house, samples.message())
    mail = client.get(f"/sandbox/mail/{samples.message().id}")
    assert mail.text == "<p>Hello Ada</p>"
    policy = mail.headers["content-security-policy"]
    assert "sandbox allow-popups" in policy
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert client.get("/sandbox/mail/unknown").status_code == 404


def test_the_mailbox_can_be_read_and_filtered_in_a_browser(
    house: House, app: ByPrefix, phone: Page
) -> None:
    letter = house.ports.invitations.invitation(
        samples.envelope(), samples.task(), "https://sign.test/s/abc"
    )
    subject, text, html = letter
    keep(house, replace(samples.message(), subject=subject, text=text, html=html))
    keep(house, sms(1, "Countersign code: 004711"))
    with LiveServer(app) as server:
        phone.goto(f"http://127.0.0.1:{server.port}/sandbox/mail")
        assert phone.locator("article").count() == 2
        assert phone.locator(".code").inner_text() == "004711"
        phone.get_by_label("To").fill("ada@signer.test")
        phone.get_by_role("button", name="Show").click()
        assert phone.locator("article h2").all_inner_texts() == [subject]
        assert phone.locator("article .link").get_attribute("href") == "https://sign.test/s/abc"
        wide = phone.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide
        phone.get_by_role("link", name="As its reader sees it").click()
        assert phone.get_by_role("link", name="Read and sign").is_visible()
