"""A program that never says 200 is called at regular intervals for a day, by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential
from tests.pdf.samples import contract
from tests.support.installed import Installed, installed
from tests.support.processes import wait_until
from tests.support.webhooks import Answer, WebhookReceiver

from .orders import DOCUMENTS, ORDERS, document, ok, order, task

pytestmark = pytest.mark.slow

STEP = timedelta(minutes=10)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Installed]:
    with installed(tmp_path / "data") as house:
        yield house


def log_in(house: Installed, client: tuple[str, str]) -> dict[str, str]:
    """Tokens are good for ten minutes by the clock that is moved here."""
    data = {"grant_type": "client_credentials"}
    answer = house.client.post("/auth/open/connect/token", data=data, auth=client)
    return {"Authorization": f"Bearer {ok(answer)['access_token']}"}


def ordered(house: Installed, headers: dict[str, str], url: str) -> Any:
    media = {**headers, "Content-Type": "application/pdf"}
    upload = ok(house.client.post(DOCUMENTS, content=contract(), headers=media))
    told = {"id": "u", "type": "URL", "recipient": f"{url}/told", "message": "Please look"}
    body = order(task(document(upload["documentId"]), notifications=[told]))
    return ok(house.client.post(ORDERS, json=body, headers=headers))


def tries(house: Installed) -> int | None:
    """How often it was called in vain, 0 while it is being called; None when nobody will try
    again."""
    query = text("SELECT attempts, token FROM jobs WHERE kind = 'call_notice'")
    with house.installation.database.engine.connect() as connection:
        found = connection.execute(query).first()
    if found is None:
        return None
    return 0 if found.token else int(found.attempts)


def test_a_program_that_never_says_200_is_called_every_ten_minutes_for_24_hours(
    house: Installed, webhook_receiver: WebhookReceiver
) -> None:
    webhook_receiver.answer = Answer(500)
    account = create_account("Acme", "owner@acme.example", house.ports)
    about = {"name": "client", "client_prefix": "prod-"}
    command = CreateCredential(account_id=account.id, api="signicat", **about)
    made = create_credential(command, house.ports)
    client = (made.credential.id, made.secret)
    placed = ordered(house, log_in(house, client), webhook_receiver.url)
    begun = house.ports.clock()
    webhook_receiver.wait_for(1)

    def events() -> list[str]:
        path = f"{ORDERS}/{placed['id']}/tasks/1/events"
        return [
            one["eventType"] for one in ok(house.client.get(path, headers=log_in(house, client)))
        ]

    for calls in range(1, 200):
        wait_until(lambda calls=calls: tries(house) in (calls, None), "the next try to be due")
        if tries(house) is None:
            break
        house.advance(STEP)
        webhook_receiver.wait_for(calls + 1)
    assert house.ports.clock() - begun >= timedelta(hours=24)
    wait_until(lambda: "ERROR" in events(), "the end of it")
    assert len(webhook_receiver.requests) in (144, 145, 146)
    assert len({one.headers["webhook-id"] for one in webhook_receiver.requests}) == 1
    assert "NOTIFICATION_SENT" not in events()
    house.advance(timedelta(hours=2))
    assert len(webhook_receiver.requests) <= 146
