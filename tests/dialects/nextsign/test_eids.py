"""MitID and Swedish BankID through this API, over a real OpenID Connect provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from countersign.dialects.nextsign.methods import EIDS, SUBSTANTIAL
from countersign.pages.signing.identity import CALLBACK
from tests.support.openid_provider import CLIENT, SECRET, OpenIdProcess, openid_provider
from tests.support.processes import wait_until
from tests.support.server import RunningServer
from tests.support.webhooks import WebhookReceiver

from .customer import Customer, new_customer, sign

CPR, OTHER = "0101901234", "0202904321"
PEOPLE = {
    "kim": {"name": "Kim Rask Holm", "national_id": CPR},
    "ole": {"name": "Ole Bang", "national_id": OTHER},
    "nobody": {"name": "No Number"},
}


@pytest.fixture
def provider(running_server: RunningServer) -> Iterator[OpenIdProcess]:
    with openid_provider(running_server.url + CALLBACK, PEOPLE) as provider:
        yield provider


@pytest.fixture
def customer(
    running_server: RunningServer, provider: OpenIdProcess, tmp_path: Path
) -> Iterator[Customer]:
    """One whose eIDs are the provider's: those go before the sandbox's simulated ones."""
    made = new_customer(running_server)
    secret = tmp_path / "client.secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    for eid in EIDS.values():
        running_server.run(
            "identity", "add", "--account", made.account, "--name", eid,
            "--issuer", provider.issuer, "--client-id", CLIENT,
            "--client-secret-file", str(secret), "--scope", "openid", "profile", "nin",
            "--national-id-claim", "national_id",
        )  # fmt: skip
    yield made
    made.api.close()


def asked(schema: str, **more: Any) -> dict[str, Any]:
    return {"name": "Kim Holm", "email": "kim@firm.example", "signingSchema": schema, **more}


def log_in(link: str, schema: str, login: str, provider: OpenIdProcess) -> None:
    """With the browser that comes back."""
    with httpx2.Client() as browser:
        sent = browser.post(f"{link}/identity/{EIDS[schema]}", json={})
        assert sent.status_code == 200, sent.text
        back = browser.get(provider.log_in(sent.json()["redirect_url"], login))
        assert back.status_code in (302, 303), back.text


def proved(link: str) -> list[str]:
    return list(httpx2.get(f"{link}/state").json()["identity"]["done"])


@pytest.mark.parametrize("schema", EIDS)
def test_each_eid_is_asked_at_the_accounts_own_provider(
    schema: str, customer: Customer, provider: OpenIdProcess
) -> None:
    made = customer.create(recipients=[asked(schema)])
    (kim,) = made["recipients"]
    log_in(kim["signingUrl"], schema, "kim", provider)
    assert proved(kim["signingUrl"]) == [EIDS[schema]]
    sign(kim, method=EIDS[schema], signature={})
    (signed,) = customer.when(made, "signed")["recipients"]
    assert signed["signer"]["signer_type"] == schema
    identity = signed["signer"]["identity"]
    assert (identity["confirmed"], identity["cprIsMatch"]) == (True, None)
    assert identity["identity"]["name"] == "Kim Holm", "as the sender wrote it"


def test_the_number_that_the_eid_tells_is_compared_and_told_to_nobody(
    customer: Customer, provider: OpenIdProcess, webhook_receiver: WebhookReceiver
) -> None:
    server = customer.server
    server.run(
        "webhook", "add", "--account", customer.account, "--api", "nextsign",
        "--url", f"{webhook_receiver.url}/hook",
    )  # fmt: skip
    made = customer.create(recipients=[asked(SUBSTANTIAL, needsCpr=True, cpr=CPR)])
    (kim,) = made["recipients"]
    for login in ("ole", "nobody"):
        log_in(kim["signingUrl"], SUBSTANTIAL, login, provider)
        assert proved(kim["signingUrl"]) == [], login
        refused = httpx2.post(f"{kim['signingUrl']}/complete", json={"consent": True})
        assert refused.status_code in (400, 403), refused.text
    log_in(kim["signingUrl"], SUBSTANTIAL, "kim", provider)
    sign(kim, method="mitid", signature={})
    done = customer.when(made, "signed")
    assert done["recipients"][0]["signer"]["identity"]["cprIsMatch"] is True
    wait_until(lambda: len(webhook_receiver.requests) >= 3, "all calls", patience=30)

    told = [json.dumps(made), json.dumps(done), *server.output]
    told += [call.body.decode() for call in webhook_receiver.requests]
    told += [httpx2.get(f"{kim['signingUrl']}/state").text]
    told += [json.dumps(customer.mails("kim@firm.example"))]
    for number in (CPR, OTHER):
        assert not any(number in text for text in told)
        assert not any(number.encode() in content for content in stored(server.data))
    assert not any(CPR.encode() in customer.fetch(each["file"]) for each in done["signedDocuments"])


def stored(data: Path) -> Iterator[bytes]:
    """All that lies on the disk, the database and its journal among it."""
    for path in data.rglob("*"):
        if path.is_file():
            yield path.read_bytes()
