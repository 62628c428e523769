"""THIRD_PARTY: people sign with keys that a service keeps for them. Nothing but HTTP, real PDFs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from countersign.adapters.pdf_engine import verify_anybody
from countersign.domain.signing_service import ServiceKind, SigningService
from countersign.usecases.add_signing_service import add_signing_service
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential
from tests.pdf.samples import contract
from tests.support.csc import CscServer, csc_server
from tests.support.installed import Installed, installed
from tests.support.own_keys import KeyBrowser, service_of
from tests.support.processes import wait_until
from tests.support.publishing import publishing

from .orders import DOCUMENTS, ORDERS, document, ok, order, package, task, wrong

pytestmark = pytest.mark.slow

NUMBER = "01019912345"
KEY = [{"name": "nbid-sign", "type": "THIRD_PARTY"}]
METHODS = "tasks[0].signatureMethods"


@dataclass
class Place:
    """A program of one account, and the service that keeps its people's keys."""

    house: Installed
    service: CscServer
    headers: dict[str, str]

    def call(self, method: str, path: str, **more: Any) -> Any:
        headers = {**self.headers, **more.pop("headers", {})}
        return self.house.client.request(method, path, headers=headers, **more)

    def ref(self, data: bytes | None = None, media: str = "application/pdf") -> str:
        headers = {"Content-Type": media}
        made = self.call("POST", DOCUMENTS, content=data or contract(), headers=headers)
        return str(ok(made)["documentId"])

    def ask(self, *tasks: dict[str, Any], **more: Any) -> Any:
        return self.call("POST", ORDERS, json=order(*tasks, **more))

    def order(self, *documents: dict[str, Any], **about: Any) -> Any:
        one = task(*(documents or (document(self.ref()),)), **{"signatureMethods": KEY, **about})
        return ok(self.ask(one, packagingTasks=[package(("1", "doc-1"))]))

    def status(self, made: Any) -> Any:
        return ok(self.call("GET", f"{ORDERS}/{made['id']}/tasks/1/status"))

    def download(self, uri: str) -> bytes:
        answer = self.call("GET", uri)
        assert answer.status_code == 200, answer.text
        return bytes(answer.content)

    def package(self, made: Any) -> bytes:
        path = f"{ORDERS}/{made['id']}/packaging-tasks/pack/status"

        def found() -> Any:
            return ok(self.call("GET", path))

        wait_until(
            lambda: found()["packagingTaskStatus"] == "COMPLETED", "the package", patience=30
        )
        return self.download(found()["packagingTaskResultUri"])

    def browser(self) -> KeyBrowser:
        return KeyBrowser(self.house.client, self.service, link)

    def judged(self, data: bytes) -> Any:
        keys = self.house.installation.keys
        roots = [self.service.authority.root, keys.certificate("root")]
        return verify_anybody(data, roots, known_only=True).as_json


def link(made: Any) -> str:
    return urlsplit(made["tasks"][0]["signingUrl"]).path


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("keys")
    with (
        publishing() as (url, lists),
        csc_server(folder, url) as service,
        installed(folder / "data") as house,
    ):
        lists.update(service.authority.published())
        account = create_account("Acme", "owner@acme.example", house.ports)
        service_of(account, service, house)
        about = {"name": "client", "client_prefix": "prod-"}
        command = CreateCredential(account_id=account.id, api="signicat", **about)
        client = create_credential(command, house.ports)
        answer = house.client.post(
            "/auth/open/connect/token",
            data={"grant_type": "client_credentials"},
            auth=(client.credential.id, client.secret),
        )
        yield Place(house, service, {"Authorization": f"Bearer {ok(answer)['access_token']}"})


@pytest.fixture
def place(opened: Place) -> Place:
    opened.service.person("Kari Nordmann", number=f"PNONO-{NUMBER}", mode="oauth2code")
    return opened


def test_somebody_signs_with_a_key_of_their_own(place: Place) -> None:
    made = place.order()
    done = place.browser().sign(made)
    assert done.status_code == 303, done.text
    assert place.status(made)["taskStatus"] == "COMPLETED"
    report = place.judged(place.package(made))
    assert (report["verdict"], report["level"]) == ("valid", "B-LTA"), report
    people = [one["who"] for one in report["signatures"] if one["kind"] == "signature"]
    assert people == ["Kari Nordmann"]
    events = ok(place.call("GET", f"{ORDERS}/{made['id']}/tasks/1/events"))
    assert {"USER_AUTHENTICATED", "TASK_COMPLETED"} <= {one["eventType"] for one in events}


def test_a_text_is_signed_with_it_too(place: Place) -> None:
    made = place.order(document(place.ref(b"I owe you a crown.\n", "text/plain")))
    place.browser().sign(made)
    (one,) = place.status(made)["documents"]
    assert b"<ds:X509Certificate>" in place.download(one["resultUri"])


@pytest.mark.parametrize(
    ("name", "value", "signs"),
    [
        ("national-id", NUMBER, True),
        ("national-id", "02029954321", False),
        ("last-name", "Nordmann", True),
        ("last-name", "Ek", False),
    ],
)
def test_the_key_has_to_be_the_subjects(place: Place, name: str, value: str, signs: bool) -> None:
    made = place.order(subject={"attributes": [{"name": name, "value": value}]})
    browser = place.browser()
    if signs:
        browser.sign(made)
    else:
        back = browser.agree(browser.go(made))
        assert back.headers["location"].endswith("#signing=somebody_else")
    assert place.status(made)["taskStatus"] == ("COMPLETED" if signs else "CREATED")


def test_a_login_may_come_before(place: Place) -> None:
    made = place.order(authentication={"methods": ["nbid"]})
    assert place.browser().start(made).status_code == 403
    who = {"name": "Kari Nordmann", "national_id": NUMBER}
    place.house.client.post(f"{link(made)}/identity/nbid", json={"simulate": who})
    place.browser().sign(made)
    assert place.status(made)["taskStatus"] == "COMPLETED"


def test_swedish_bankid_goes_by_its_name(place: Place) -> None:
    account = place.house.ports
    with account.unit_of_work() as uow:
        (id,) = {one.account_id for one in uow.signing_services.all(place_account(place))}
    added = SigningService(
        account_id=id, name="SBID", kind=ServiceKind.BANKID, created_at=account.clock()
    )
    add_signing_service(added, account)
    made = place.order(signatureMethods=[{"name": "sbid-sign", "type": "THIRD_PARTY"}])
    assert place.house.client.get(f"{link(made)}/state").json()["methods"] == ["bankid_se"]


def place_account(place: Place) -> str:
    made = place.order()
    task_id = place.house.ports.links.task_id(link(made).rpartition("/")[2])
    with place.house.ports.unit_of_work() as uow:
        return uow.envelopes.of_task(task_id).account_id


@pytest.mark.parametrize(
    ("methods", "path", "reason"),
    [
        ([{"name": "buypass", "type": "THIRD_PARTY"}], "[0].name", "no signing service"),
        ([{"type": "THIRD_PARTY"}], "[0].name", "is required"),
        ([*KEY, {"name": "nbid", "type": "SIGNED_STATEMENT"}], "[0].type", "the only"),
        ([{**KEY[0], "handwritten": True}], "[0].handwritten", "by hand"),
    ],
)
def test_what_is_wrong_is_refused(place: Place, methods: Any, path: str, reason: str) -> None:
    found = wrong(place.ask(task(document(place.ref()), signatureMethods=methods)))
    assert reason in found[METHODS + path], found
