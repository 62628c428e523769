"""A real server is killed around the last signature and started again."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx2

from countersign import app
from countersign.settings import Settings
from tests.support.customer import Sent, new_customer, sign
from tests.support.processes import wait_until
from tests.support.server import RunningServer, StartServer
from tests.support.signed import assert_intact, assert_verified
from tests.support.webhooks import WebhookReceiver

SIGNERS = ["Søren Ångström", "Lea Roux"]
MOMENTS = [None, 0.0, 0.01, 0.03, 0.08]  # seconds after the last call; None: after its answer
PATIENCE = 90.0  # seconds: longer than the lease of a job that died with its server
ONCE = ("envelope_all_signed", "envelope_sealed", "envelope_completed", "audit_made")


def kill_around_the_last_signature(server: RunningServer, sent: Sent, moment: float | None) -> None:
    assert sign(sent.links[0], sent.names[0]).status_code == 200
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(sign, sent.links[1], sent.names[1])
        if moment is None:
            assert answer.result().status_code == 200
        else:
            time.sleep(moment)
        server.kill()
        with suppress(httpx2.TransportError):
            answer.result()


def test_every_envelope_is_completed_once_whenever_the_server_is_killed(
    start_server: StartServer, webhook_receiver: WebhookReceiver, tmp_path: Path
) -> None:
    server = start_server("--sandbox")
    customer = new_customer(server)
    customer.tell(webhook_receiver.url)
    envelopes = []
    for moment in MOMENTS:
        sent = customer.send(*SIGNERS)
        kill_around_the_last_signature(server, sent, moment)
        server = start_server("--sandbox", port=server.port)
        # Who saw no answer presses the button once more
        assert sign(sent.links[1], sent.names[1]).status_code in (200, 409)
        envelopes.append(sent)
    for sent in envelopes:
        path = customer.completed_file(sent, tmp_path, patience=PATIENCE)
        assert_intact(path, SIGNERS)
        assert_happened_once(server.data, sent)
    assert_verified(path, SIGNERS, server.data)
    wanted = len(envelopes) * 4
    wait_until(
        lambda: len(facts_told(webhook_receiver)) >= wanted, "the webhooks", patience=PATIENCE
    )
    assert_told(envelopes, webhook_receiver)


def assert_happened_once(data: Path, sent: Sent) -> None:
    with (
        app.opened(Settings(data=data, sandbox=True)) as opened,
        opened.ports.unit_of_work() as uow,
    ):
        links = uow.envelopes.evidence(sent.id)
    happened = Counter(str(link.event.kind) for link in links)
    assert {kind: happened[kind] for kind in ONCE} == dict.fromkeys(ONCE, 1), happened
    assert happened["task_completed"] == 2, happened


def assert_told(envelopes: list[Sent], receiver: WebhookReceiver) -> None:
    """Every fact was told, at least once, and whatever came twice came under the same id."""
    ids = facts_told(receiver)
    facts = {(event, sent.id) for sent in envelopes for event in ("sent", "completed")}
    facts |= {("signed", task) for sent in envelopes for task in sent.tasks}
    assert ids.keys() == facts
    assert {len(each) for each in ids.values()} == {1}, ids


def facts_told(receiver: WebhookReceiver) -> dict[tuple[str, str], set[str]]:
    """The ids under which each fact was told: (event, what it is about)."""
    ids: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for request in list(receiver.requests):
        body = request.json()
        ids[body["event"], body["uuid"]].add(request.headers["webhook-id"])
    return ids
