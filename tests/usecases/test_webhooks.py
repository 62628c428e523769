"""Programs are told of every fact once, in order, until they have taken it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from countersign.dialects import Build, Dialect
from countersign.domain.chat import ChatMessage
from countersign.domain.delivery import Delivery, DeliveryStatus, WebhookEndpoint
from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.errors import Forbidden, Invalid, NotFound
from countersign.domain.events import Event, EventKind
from countersign.usecases.add_webhook import AddWebhook, add_webhook
from countersign.usecases.chat_author import person
from countersign.usecases.deliver_webhook import deliver_webhook
from countersign.usecases.list_deliveries import list_deliveries, newest_deliveries
from countersign.usecases.open_task import open_task
from countersign.usecases.outside_ports import Call
from countersign.usecases.ports import DeliveryQuery
from countersign.usecases.post_chat_message import post_chat_message
from countersign.usecases.resend_delivery import resend_any_delivery, resend_delivery
from countersign.usecases.send_test_event import send_test_event
from countersign.usecases.set_webhook import secret_of, set_webhook
from tests.usecases.office import API, PHONE, Office, caller_of
from tests.usecases.world import World

URL = "https://app.example/hook"
PAUSES = (timedelta(minutes=1), timedelta(minutes=5))


class Translator:
    """Tells everybody of what a webhook receiver wants to hear."""

    kinds = (
        EventKind.ENVELOPE_SENT,
        EventKind.TASK_OPENED,
        EventKind.CHAT_POSTED,
        EventKind.TASK_COMPLETED,
        EventKind.ENVELOPE_COMPLETED,
    )

    def calls(
        self,
        event: Event,
        envelope: Envelope,
        endpoints: Sequence[WebhookEndpoint],
        message: ChatMessage | None,
    ) -> Sequence[Call]:
        body = message.text if message else str(envelope.status)
        return [
            Call(endpoint=each, event=str(event.kind), body=body, headers={}, pauses=PAUSES)
            for each in endpoints
        ]


EVENTS = tuple(str(kind) for kind in Translator.kinds)


class Answers:
    """A receiver that gives these answers, then only "200"; `heard` is what it was told."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.heard: list[tuple[str, str]] = []
        self.secrets: set[str] = set()

    def send(self, delivery: Delivery, endpoint: WebhookEndpoint) -> str:
        answer = self.answers.pop(0) if self.answers else "200"
        self.heard.append((delivery.event, answer))
        self.secrets.add(endpoint.secret)
        return answer


@pytest.fixture
def office() -> Office:
    world = World()
    dialect = Dialect(
        name=API,
        prefixes=(),
        docs="/docs",
        build=cast(Build, None),
        webhooks=lambda *_about: Translator(),
        events=EVENTS,
    )
    ports = world.ports(dialect)
    return Office(world, ports, caller_of(ports))


def answering(office: Office, *answers: str) -> Answers:
    receiver = Answers(*answers)
    office.ports = replace(office.ports, webhooks=receiver)
    return receiver


def send(office: Office) -> Envelope:
    """An envelope with a callback URL and a chat, of which nobody was told yet."""
    settings = EnvelopeSettings(callback_url=URL, chat=True)
    return office.send((), settings=settings)


def open_and_sign(office: Office, envelope: Envelope) -> None:
    open_task(envelope.tasks[0].id, PHONE, office.ports)
    office.sign(envelope, 0)


def runs(office: Office, envelope: Envelope) -> list[tuple[str, str, list[str]]]:
    """Event, status and the outcomes of all tries."""
    found = list_deliveries(envelope.id, office.caller, API, office.ports)
    return [
        (run.delivery.event, str(run.delivery.status), [each.outcome for each in run.attempts])
        for run in found
    ]


def the_delivery(office: Office, envelope: Envelope, event: str) -> Delivery:
    found = list_deliveries(envelope.id, office.caller, API, office.ports)
    (delivery,) = [run.delivery for run in found if run.delivery.event == event]
    return delivery


def test_everything_is_told_once_in_the_order_in_which_it_happened(office: Office) -> None:
    receiver, envelope = answering(office), send(office)
    open_and_sign(office, envelope)
    office.work()
    told = ["envelope_sent", "task_opened", "task_completed", "envelope_completed"]
    assert receiver.heard == [(event, "200") for event in told]
    assert runs(office, envelope) == [(event, "delivered", ["200"]) for event in told]


def test_a_later_call_waits_until_the_earlier_one_was_taken(office: Office) -> None:
    receiver, envelope = answering(office, "503", "timed out"), send(office)
    office.work()
    open_and_sign(office, envelope)
    office.work()
    assert receiver.heard == [("envelope_sent", "503")]
    for pause in PAUSES:
        office.world.now += pause - timedelta(seconds=1)
        office.work()
        before = len(receiver.heard)
        office.world.now += timedelta(seconds=1)
        office.work()
        assert len(receiver.heard) > before
    assert [event for event, _ in receiver.heard] == [
        *["envelope_sent"] * 3,
        "task_opened",
        "task_completed",
        "envelope_completed",
    ]


def test_a_call_that_nobody_takes_is_given_up_and_the_next_one_has_its_turn(
    office: Office,
) -> None:
    receiver, envelope = answering(office, "500", "500", "500", "500"), send(office)
    open_task(envelope.tasks[0].id, PHONE, office.ports)
    for _ in range(3):
        office.work()
        office.world.now += PAUSES[-1]
    assert runs(office, envelope) == [
        ("envelope_sent", "given_up", ["500"] * 3),
        ("task_opened", "waiting", ["500"]),
    ]
    office.work()
    assert receiver.heard[-1] == ("task_opened", "200")


def test_one_endpoint_never_waits_for_another(office: Office) -> None:
    set_webhook(office.caller, "all", "https://other.example", office.ports)
    receiver, envelope = answering(office, "500", "200"), send(office)
    office.work()
    assert sorted(receiver.heard) == [("envelope_sent", "200"), ("envelope_sent", "500")]
    open_task(envelope.tasks[0].id, PHONE, office.ports)
    office.work()
    assert [event for event, _ in receiver.heard].count("task_opened") == 1


def test_a_try_that_was_made_is_not_made_again(office: Office) -> None:
    receiver, envelope = answering(office, "500"), send(office)
    office.work()
    made = the_delivery(office, envelope, "envelope_sent")
    for number in (1, 3):
        deliver_webhook(made.id, number, office.ports)
    assert receiver.heard == [("envelope_sent", "500")]
    deliver_webhook(made.id, 2, office.ports)
    deliver_webhook(made.id, 3, office.ports)
    assert receiver.heard == [("envelope_sent", "500"), ("envelope_sent", "200")]


def test_a_call_is_signed_with_the_secret_that_the_sender_knows(office: Office) -> None:
    receiver = answering(office)
    send(office)
    office.work()
    assert receiver.secrets == {secret_of(office.caller.credential)}


def test_nobody_is_told_without_an_endpoint(office: Office) -> None:
    receiver = answering(office)
    envelope = office.send(())
    office.work()
    assert (receiver.heard, runs(office, envelope)) == ([], [])


def test_calls_to_an_endpoint_that_was_removed_are_given_up(office: Office) -> None:
    endpoint = set_webhook(office.caller, "all", URL, office.ports)
    receiver, envelope = answering(office), office.send(())
    with office.ports.unit_of_work() as uow:
        uow.webhooks.remove_endpoint(endpoint.id)
        uow.commit()
    office.work()
    assert receiver.heard == []
    assert runs(office, envelope) == [("envelope_sent", "given_up", ["endpoint removed"])]


def test_what_was_written_is_told(office: Office) -> None:
    answering(office)
    envelope = send(office)
    post_chat_message(person(envelope.tasks[0].id), "When do I get it?", office.ports)
    assert the_delivery(office, envelope, "chat_posted").body == "When do I get it?"


# ------------------------------------------------------------------ resending


def test_a_call_can_be_made_again_under_the_same_id(office: Office) -> None:
    receiver, envelope = answering(office), send(office)
    office.work()
    made = the_delivery(office, envelope, "envelope_sent")
    resend_delivery(made.id, office.caller, API, office.ports)
    office.work()
    assert receiver.heard == [("envelope_sent", "200")] * 2
    assert runs(office, envelope) == [("envelope_sent", "delivered", ["200", "200"])]
    assert the_delivery(office, envelope, "envelope_sent").id == made.id


def test_resending_what_waits_tries_it_now_and_once(office: Office) -> None:
    receiver, envelope = answering(office, "500"), send(office)
    office.work()
    made = the_delivery(office, envelope, "envelope_sent")
    resend_delivery(made.id, office.caller, API, office.ports)
    office.work()
    office.world.now += timedelta(days=4)
    office.work()
    assert receiver.heard == [("envelope_sent", "500"), ("envelope_sent", "200")]


def test_resending_keeps_the_order(office: Office) -> None:
    receiver, envelope = answering(office, "500"), send(office)
    open_task(envelope.tasks[0].id, PHONE, office.ports)
    office.work()
    assert receiver.heard == [("envelope_sent", "500")]
    resend_delivery(
        the_delivery(office, envelope, "task_opened").id, office.caller, API, office.ports
    )
    office.work()
    assert receiver.heard[1:] == [("envelope_sent", "200"), ("task_opened", "200")]


def test_what_was_given_up_gets_one_more_try(office: Office) -> None:
    receiver, envelope = answering(office, *["500"] * 4), send(office)
    for _ in range(3):
        office.work()
        office.world.now += PAUSES[-1]
    made = the_delivery(office, envelope, "envelope_sent")
    assert made.status is DeliveryStatus.GIVEN_UP
    resend_delivery(made.id, office.caller, API, office.ports)
    office.work()
    assert runs(office, envelope) == [("envelope_sent", "given_up", ["500"] * 4)]
    resend_delivery(made.id, office.caller, API, office.ports)
    office.work()
    assert receiver.heard[-1] == ("envelope_sent", "200")


def test_only_the_account_that_sent_sees_and_resends_its_calls(office: Office) -> None:
    answering(office)
    envelope = send(office)
    made = the_delivery(office, envelope, "envelope_sent")
    stranger = caller_of(office.ports)
    with pytest.raises(Forbidden):
        list_deliveries(envelope.id, stranger, API, office.ports)
    with pytest.raises(Forbidden):
        resend_delivery(made.id, stranger, API, office.ports)
    with pytest.raises(NotFound):
        resend_delivery("x", office.caller, API, office.ports)


# ------------------------------------------------------------------ webhooks of a whole account


def added(office: Office, **changes: object) -> WebhookEndpoint:
    command = AddWebhook(account_id=office.caller.account.id, api=API, url=URL, told=EVENTS)
    return add_webhook(replace(command, **changes), office.ports)  # type: ignore[arg-type]


def test_a_webhook_of_the_account_is_told_of_everything(office: Office) -> None:
    receiver = answering(office)
    endpoint = added(office)
    envelope = office.send(())
    open_and_sign(office, envelope)
    office.work()
    told = ["envelope_sent", "task_opened", "task_completed", "envelope_completed"]
    assert [event for event, _ in receiver.heard] == told
    assert receiver.secrets == {endpoint.secret}
    assert endpoint.secret.startswith("whsec_")


def test_a_webhook_that_names_events_is_told_of_no_others(office: Office) -> None:
    receiver = answering(office)
    added(office, events=("envelope_completed", "task_opened"), secret="ours")
    open_and_sign(office, office.send(()))
    office.work()
    assert [event for event, _ in receiver.heard] == ["task_opened", "envelope_completed"]
    assert receiver.secrets == {"ours"}


def test_other_accounts_and_apis_are_not_told(office: Office) -> None:
    receiver = answering(office)
    added(office, account_id=caller_of(office.ports).account.id)
    added(office, api="another-api")
    office.send(())
    office.work()
    assert receiver.heard == []


def test_everything_that_is_wrong_with_a_webhook_is_said_at_once(office: Office) -> None:
    headers = {"X Key": "1", "X-Split": "a\r\nb", "X-Key": "fine words"}
    with pytest.raises(Invalid) as refused:
        added(office, events=("sealed", "envelope_sent"), headers=headers)
    assert list(refused.value.fields) == [
        "events: 'sealed'",
        "headers: 'X Key'",
        "headers: 'X-Split'",
    ]
    with pytest.raises(Invalid, match="address"):
        added(office, url="ftp://app.example")
    with pytest.raises(NotFound, match="no such account"):
        added(office, account_id="nobody")


def test_a_test_event_is_delivered_like_any_other(office: Office) -> None:
    receiver, endpoint = answering(office, "500"), added(office)
    made = send_test_event(
        endpoint,
        lambda to, at: Call(endpoint=to, event="mock", body=str(at), headers={}, pauses=PAUSES),
        office.ports,
    )
    office.work()
    office.world.now += PAUSES[0]
    office.work()
    assert receiver.heard == [("mock", "500"), ("mock", "200")]
    (run,) = newest_deliveries(DeliveryQuery(endpoint_id=endpoint.id), office.ports)
    assert (run.delivery.id, len(run.attempts)) == (made.id, 2)


def test_who_runs_the_server_makes_any_call_again(office: Office) -> None:
    receiver, envelope = answering(office), send(office)
    office.work()
    resend_any_delivery(the_delivery(office, envelope, "envelope_sent").id, office.ports)
    office.work()
    assert receiver.heard == [("envelope_sent", "200")] * 2
    with pytest.raises(NotFound, match="no such delivery"):
        resend_any_delivery("x", office.ports)
