"""Keys and webhooks as members make them, and the page of whoever looks after the server."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from countersign.pages.dashboard.apis import APIS
from countersign.usecases.change_account import limit_account, permit_account
from countersign.usecases.ports import NewJob
from countersign.usecases.send_written import dashboard_caller
from tests.pages.dashboard.office import URL, Office, add_member, opened, post, set_up, texts
from tests.pages.dashboard.test_envelopes import EVIL, Desk, token_of
from tests.pages.dashboard.test_sign_in import add_other_account
from tests.support.webhooks import WebhookReceiver

pytestmark = pytest.mark.slow
KEYS, HOOKS, SERVER = "/dashboard/credentials", "/dashboard/webhooks", "/dashboard/operator"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened(tmp_path_factory.mktemp("programs")) as made:
        yield made


@pytest.fixture(scope="module")
def owner(office: Office) -> TestClient:
    return set_up(office)


def call_of(office: Office, curl: str) -> Any:
    """Does what the line that is shown would do."""
    words = shlex.split(curl.replace("&#34;", '"'))
    assert words[0] == "curl"
    headers, form, auth = {}, {}, None
    for option, value in zip(words[1:-1:2], words[2:-1:2], strict=True):
        if option == "-H":
            name, _, content = value.partition(": ")
            headers[name] = content
        elif option == "-d":
            name, _, content = value.partition("=")
            form[name] = content
        elif option == "-u":
            auth = tuple(value.split(":", 1))
    path = words[-1].removeprefix(URL)
    method = "POST" if form else "GET"
    more: dict[str, Any] = {"data": form} if form else {}
    return office.new_browser().request(method, path, headers=headers, auth=auth, **more)


def make(owner: TestClient, api: str, name: str, **form: str) -> tuple[str, str]:
    """The secret of a new key, and the line to try it."""
    shown = post(owner, KEYS, api=api, name=name, **form)
    assert shown.status_code == 200, texts(shown.text)
    (secret,) = re.findall(r'data-testid="secret">([^<]+)<', shown.text)
    (curl,) = re.findall(r'data-testid="curl"[^>]*>([^<]+)<', shown.text)
    return secret, curl


@pytest.mark.parametrize("api", list(APIS))
def test_a_key_is_shown_once_and_its_line_works_until_it_is_revoked(
    office: Office, owner: TestClient, api: str
) -> None:
    secret, curl = make(owner, api, f"Shop {api}")
    assert call_of(office, curl).status_code == 200
    page = owner.get(KEYS).text
    assert secret not in page
    assert f"Shop {api}" in page
    (path,) = re.findall(
        rf'action="({KEYS}/[\w-]+/revoke)"[^>]*>(?:(?!</form>).)*Shop {api}"', page
    )
    assert post(owner, path).status_code == 303
    assert call_of(office, curl).status_code in (400, 401)
    assert post(owner, path).status_code == 404
    audit = texts(owner.get("/dashboard/audit").text)
    assert f"Shop {api}" in audit
    assert secret not in audit


def test_names_of_keys_are_unique_and_not_empty(owner: TestClient) -> None:
    make(owner, "signeum", "Twice")
    assert post(owner, KEYS, api="signeum", name="Twice").status_code == 409
    assert post(owner, KEYS, api="signeum", name=" ").status_code == 422
    assert post(owner, KEYS, api="nobody", name="x").status_code == 422


def test_a_key_for_tests_is_for_tests(owner: TestClient, office: Office) -> None:
    make(owner, "signature-nc", "Trial", environment="test")
    with office.ports.unit_of_work() as uow:
        account = uow.accounts.all()[0]
        found = {one.name: one for one in uow.credentials.of_account(account.id, "signature-nc")}
    assert found["Trial"].environment == "test"


def test_another_account_can_not_touch_keys_and_webhooks(office: Office, owner: TestClient) -> None:
    make(owner, "signeum", "Mine")
    post(owner, HOOKS, api="signeum", url="https://mine.example/hook")
    paths = re.findall(r'action="(/dashboard/(?:credentials|webhooks)/[^"]+)"',
                       owner.get(KEYS).text + owner.get(HOOKS).text)  # fmt: skip
    assert len(paths) >= 2
    stranger = add_other_account(office)
    assert "mine.example" not in stranger.get(HOOKS).text
    assert "Mine" not in stranger.get(KEYS).text
    for path in paths:
        assert post(stranger, path).status_code == 404


def test_a_webhook_is_called_shown_and_called_again(
    office: Office, owner: TestClient, webhook_receiver: WebhookReceiver
) -> None:
    shown = post(owner, HOOKS, api="signature-nc", url=f"{webhook_receiver.url}/hook")
    assert shown.status_code == 200, texts(shown.text)
    (secret,) = re.findall(r'data-testid="secret">([^<]+)<', shown.text)
    assert secret.startswith("whsec_")
    assert secret not in owner.get(HOOKS).text
    desk = Desk(office, owner, token_of(office, "olga@acme.test"))
    sent = desk.send("With a webhook")
    desk.sign(sent)
    page = owner.get(HOOKS).text
    assert "delivered" in page
    assert sent["uuid"] in page, "the payload"
    before = len(webhook_receiver.requests)
    assert before
    again = re.findall(rf'action="({HOOKS}/calls/[\w-]+/resend)"', page)
    assert post(owner, again[0]).status_code == 303
    office.work()
    assert len(webhook_receiver.requests) > before


def test_no_field_of_programs_becomes_markup(
    office: Office, owner: TestClient, webhook_receiver: WebhookReceiver
) -> None:
    post(
        owner,
        HOOKS,
        api="signature-nc",
        url=f"{webhook_receiver.url}/evil?<script>alert(1)</script>",
    )
    pages = [post(owner, KEYS, api="signature-nc", name=EVIL[:100]).text]
    desk = Desk(office, owner, token_of(office, "olga@acme.test", "evil"))
    desk.sign(desk.send(EVIL, {"name": EVIL[:60], "email": "evil@example.test"}))
    pages.append(post(owner, HOOKS, api=EVIL, url=EVIL, events=EVIL).text)
    pages.append(post(owner, HOOKS, api="signature-nc", url="https://x.example", events=EVIL).text)
    pages += [owner.get(path).text for path in (KEYS, HOOKS, "/dashboard/audit")]
    assert "&lt;script&gt;" in pages[-2], "in what was sent"
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize(
    "form",
    [
        {"api": "signature-nc", "url": "ftp://x"},
        {"api": "signature-nc", "url": ""},
        {"api": "nobody", "url": "https://x.example"},
        {"api": "signature-nc", "url": "https://x.example", "events": "nonsense"},
    ],
)
def test_a_webhook_that_can_not_be_called_is_refused(
    owner: TestClient, form: dict[str, str]
) -> None:
    refused = post(owner, HOOKS, **form)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert f'value="{form["url"]}"' in refused.text, "nobody types it twice"


def test_the_operator_sees_why_jobs_failed_and_tries_them_again(
    office: Office, owner: TestClient
) -> None:
    with office.ports.unit_of_work() as uow:
        uow.jobs.add(NewJob(kind="send_message", args={"message": "none"}, queue="mail"))
        uow.jobs.add(NewJob(kind="make_audit", args={"envelope": "none"}))
        uow.commit()
    queue = office.installation.queue
    (mail,), (audit,) = queue.claim("mail", 1), queue.claim("default", 1)
    queue.bury(mail, "ValueError: <script>alert(1)</script>")
    queue.retry(audit, timedelta(hours=1), "the disk was full")
    page = owner.get(SERVER)
    said = texts(page.text)
    for word in ("send_message", "the disk was full", "given up", "GB free", "root authority"):
        assert word in said
    assert "<script>alert" not in page.text
    retries = re.findall(rf'action="({SERVER}/jobs/\d+/retry)"', page.text)
    assert len(retries) == 2
    for path in retries:
        assert post(owner, path).status_code == 303
    assert queue.claim("mail", 1)[0].attempts == 1, "as a new one"
    assert queue.claim("default", 1)
    assert post(owner, retries[0]).status_code == 404, "it is being worked on"


def test_an_owner_who_is_not_the_operator_sees_nothing_of_the_server(
    office: Office, owner: TestClient
) -> None:
    second = add_member(office, owner, "owner", "zwei@acme.test")
    assert second.get(SERVER).status_code == 403
    assert SERVER not in second.get(KEYS).text


def test_numbers_for_prometheus_are_for_this_machine_or_for_who_has_the_token(
    office: Office, tmp_path: Any
) -> None:
    web = office.browser.app
    here = TestClient(web, URL, client=("127.0.0.1", 1))
    told = here.get("/metrics")
    assert told.status_code == 200
    assert "countersign_disk_free_ratio" in told.text
    assert here.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401
    assert TestClient(web, URL, client=("10.0.0.7", 1)).get("/metrics").status_code == 401
    with opened(tmp_path, metrics_token="s3cret") as other:
        afar = TestClient(other.browser.app, URL, client=("10.0.0.7", 1))
        bearer = {"Authorization": "Bearer s3cret"}
        assert afar.get("/metrics", headers=bearer).status_code == 200
        for wrong in ({}, {"Authorization": "Bearer other"}, {"Authorization": "s3cret"}):
            assert afar.get("/metrics", headers=wrong).status_code == 401


def test_what_an_operator_allows_holds_for_keys_that_are_made_later(tmp_path: Path) -> None:
    """Else a limit would be good until somebody makes the next key."""
    with opened(tmp_path) as office:
        owner, ports = set_up(office), office.ports
        make(owner, "signicat-v2", "First client")
        make(owner, "nextsign", "First key")
        with ports.unit_of_work() as uow:
            (account,) = uow.accounts.all()
        limit_account(account.id, 3, ports)
        permit_account(account.id, "signicat", ("sign:document:read",), ports)
        for api in ("signicat-v2", "nextsign", "signature-nc"):
            make(owner, api, f"Second {api}")
        made = dashboard_caller(account, ports).credential
        with ports.unit_of_work() as uow:
            known = uow.keeping.walk.credentials(account.id)
    later = [one for one in known if one.name.startswith("Second")]
    assert [one.quota for one in (*later, made)] == [3] * 4
    assert {one.api: one.permissions for one in later} == {
        "signicat": ("sign:document:read",),
        "nextsign": (),
        "signature-nc": (),
    }
