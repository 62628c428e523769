"""Several workers and whoever records events, at once: each fact is told once and in its order."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from threading import Lock, Thread

import pytest

from countersign import jobs
from countersign.adapters.database.jobs import JobQueue
from countersign.adapters.worker import Worker
from countersign.domain.chat import ChatMessage
from countersign.domain.delivery import Delivery, DeliveryStatus, WebhookEndpoint
from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.events import Event, EventKind
from countersign.usecases.deliver_webhook import deliver_webhook
from countersign.usecases.outside_ports import Call
from countersign.usecases.ports import FollowUps, Ports, UnitOfWork
from tests.contracts.conftest import OpenUnit
from tests.contracts.moving_clock import MovingClock
from tests.contracts.samples import NOW, SENT, envelope
from tests.support.processes import wait_until
from tests.usecases.world import World

pytestmark = pytest.mark.slow

FACTS = 40
NO_PAUSES = (timedelta(),) * 9


class Translator:
    """Tells everybody of everything."""

    kinds = tuple(EventKind)

    def calls(
        self,
        event: Event,
        _envelope: Envelope,
        endpoints: Sequence[WebhookEndpoint],
        _message: ChatMessage | None,
    ) -> Sequence[Call]:
        return [
            Call(endpoint=each, event=str(event.kind), body="{}", headers={}, pauses=NO_PAUSES)
            for each in endpoints
        ]


class Shaky:
    """A receiver that takes its time, and refuses this share of the calls."""

    def __init__(self, refusals: float = 0.25) -> None:
        self.taken: list[int] = []
        self._refusals = refusals
        self._random, self._lock = Random(7), Lock()

    def send(self, delivery: Delivery, _endpoint: WebhookEndpoint) -> str:
        with self._lock:
            pause, refuses = self._random.random() / 200, self._random.random() < self._refusals
        time.sleep(pause)
        if refuses:
            return "503"
        with self._lock:
            self.taken.append(delivery.number)
        return "200"


@pytest.fixture
def receiver() -> Shaky:
    return Shaky()


@pytest.fixture
def follow_ups() -> FollowUps:
    return jobs.follow_ups({"signeum": Translator()})


@pytest.fixture
def ports(
    stored_unit: OpenUnit, follow_ups: FollowUps, clock: MovingClock, receiver: Shaky
) -> Ports:
    made = World().ports()
    unit_of_work = lambda: stored_unit(follow_ups)  # noqa: E731
    return replace(made, unit_of_work=unit_of_work, clock=clock, webhooks=receiver)


def record(number: int, made: Envelope, ports: Ports) -> None:
    opened = Event(kind=EventKind.TASK_OPENED, at=NOW + timedelta(seconds=number), task_id="t")
    with ports.unit_of_work() as uow:
        uow.envelopes.save(uow.envelopes.get(made.id), [opened])
        uow.commit()


def sent(ports: Ports) -> Envelope:
    """An envelope whose first call waits for a worker."""
    made = envelope(settings=EnvelopeSettings(callback_url="https://app.example/hook"))
    with ports.unit_of_work() as uow:
        uow.envelopes.add(made, [SENT])
        uow.commit()
    return made


def test_a_fact_that_is_recorded_while_a_call_ends_is_not_forgotten(
    queue: JobQueue, ports: Ports
) -> None:
    """Just before the end of the first call is committed, it looked for what comes next in vain."""
    made, receiver = sent(ports), Shaky(refusals=0)
    recording = Thread(target=record, args=(2, made, ports))

    def open_lingering() -> UnitOfWork:
        uow = ports.unit_of_work()
        commit = uow.commit

        def commit_late() -> None:
            recording.start()
            recording.join(0.3)  # it cannot end before we do
            commit()

        uow.commit = commit_late  # type: ignore[method-assign]
        return uow

    (job,) = queue.claim(jobs.WEBHOOK, 9)
    lingering = replace(ports, unit_of_work=open_lingering, webhooks=receiver)
    deliver_webhook(job.args["delivery"], job.args["number"], lingering)
    recording.join()
    (job,) = queue.claim(jobs.WEBHOOK, 9)
    deliver_webhook(job.args["delivery"], job.args["number"], replace(ports, webhooks=receiver))
    assert receiver.taken == [1, 2]


@pytest.mark.slow
def test_each_fact_is_told_once_and_in_order_however_many_tell(
    queue: JobQueue, ports: Ports, receiver: Shaky
) -> None:
    made = sent(ports)
    worker = Worker(queue, jobs.handlers(ports), jobs.retry_after, {jobs.WEBHOOK: 4}, poll=0.05)
    worker.start()
    try:
        for number in range(2, FACTS + 1):
            record(number, made, ports)
        wait_until(lambda: len(receiver.taken) == FACTS, "every fact to be told")
    finally:
        worker.stop()
    assert receiver.taken == list(range(1, FACTS + 1))
    with ports.unit_of_work() as uow:
        told = uow.webhooks.deliveries(made.id)
    assert {delivery.status for delivery in told} == {DeliveryStatus.DELIVERED}
    assert queue.counts() == {}
