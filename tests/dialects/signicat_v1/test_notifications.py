"""Who is told what, when: over fakes, with the clock in hand."""

from __future__ import annotations

from typing import Any

from countersign.usecases.forward_task import ForwardTask, forward_task

from .house import PHONE, House
from .orders import at, document, mail, package, task


def url(id: str = "u", **changes: Any) -> dict[str, Any]:
    values = {"id": id, "type": "URL", "recipient": "https://shop.example/told?key=1#top"}
    return {**values, "message": "${orderId} ${clientRef}", **changes}


def told(house: House) -> list[str]:
    return [message.text for message in house.world.mailed]


def test_without_a_schedule_people_are_told_at_once_and_once(house: House) -> None:
    made = house.order(task(document(house.ref()), notifications=[mail()]))
    house.work()
    house.work()
    assert told(house) == [f"Please sign: {made['tasks'][0]['signingUrl']}"]
    (message,) = house.world.mailed
    assert (message.subject, message.channel) == ("Documents ready to be signed", "email")
    assert [event["eventType"] for event in house.events(made)] == [
        "TASK_CREATED",
        "NOTIFICATION_SENT",
    ]
    assert house.events(made)[1]["data"] == "n1"


def test_a_reminder_is_sent_when_its_time_has_come_unless_it_is_done(house: House) -> None:
    schedule = [at("CREATED"), at("CREATED", days=3), at("CREATED", days=5, hours=1, minutes=1)]
    made = house.order(task(document(house.ref()), notifications=[mail(schedule=schedule)]))
    house.work()
    house.pass_time(days=2, hours=23)
    assert len(told(house)) == 1
    house.pass_time(hours=1)
    assert len(told(house)) == 2
    house.sign(made)
    house.pass_time(days=4)
    assert len(told(house)) == 2


def test_every_status_of_a_task_may_be_told(house: House) -> None:
    statuses = ("CREATED", "STARTED", "COMPLETED", "REJECTED", "EXPIRED")
    notes = [mail(id=name, message=name, schedule=[at(name)]) for name in statuses]

    def ask() -> Any:
        made = house.order(task(document(house.ref()), notifications=notes, daysToLive=1))
        house.work()
        house.world.mailed.clear()
        return made

    house.sign(ask())
    house.work()
    assert told(house) == ["STARTED", "COMPLETED"]
    house.reject(ask())
    house.work()
    assert told(house) == ["REJECTED"]
    ask()
    house.pass_time(days=1)
    assert told(house) == ["EXPIRED"]


def test_who_has_to_wait_is_told_when_the_turn_has_come(house: House) -> None:
    ref = house.ref()
    made = house.order(
        task(document(ref), id="first"),
        task(document(ref), id="second", dependsOnTasks=["first"], notifications=[mail()]),
    )
    house.work()
    assert told(house) == []
    house.sign(made, "first")
    house.work()
    assert told(house) == [f"Please sign: {made['tasks'][1]['signingUrl']}"]


def test_placeholders_are_filled_at_their_level_and_nowhere_else(house: House) -> None:
    words = "${orderId} ${clientRef} ${taskUrl} ${unknown}"
    made = house.order(
        task(document(house.ref()), notifications=[mail(message=words, header=words)]),
        clientReference="${taskUrl}",
        notifications=[mail(id="order", message=words)],
        packagingTasks=[package(("1", "doc-1"), notifications=[mail(id="package", message=words)])],
    )
    house.sign(made)
    house.work()
    link, id = made["tasks"][0]["signingUrl"], made["id"]
    assert sorted(told(house)) == sorted(
        [
            f"{id} ${{taskUrl}} {link} ${{unknown}}",
            f"{id} ${{taskUrl}} ${{taskUrl}} ${{unknown}}",
            words,
        ]
    )
    assert house.world.mailed[0].subject == words


def test_sign_codes_lead_to_the_task(house: House) -> None:
    words = "${signCode} ${signCodeUrl}"
    house.order(task(document(house.ref()), notifications=[mail(message=words)]))
    house.work()
    code, link = told(house)[0].split()
    assert link == f"https://sign.example/code?sign_code={code}"
    assert len(code) >= 10


def test_programs_are_told_what_it_is_about(house: House) -> None:
    made = house.order(
        task(document(house.ref()), notifications=[url()]),
        clientReference="lease 7",
        notifications=[url(id="all")],
        packagingTasks=[
            package(
                ("1", "doc-1"),
                notifications=[
                    url(id="pack", schedule=[at("CREATED"), at("COMPLETED"), at("FAILED")])
                ],
            )
        ],
    )
    house.sign(made)
    house.work()
    base = f"https://shop.example/told?key=1&requestId={made['id']}"
    called = [recipient for _, recipient in house.mailed()]
    assert sorted(called) == sorted(
        [f"{base}&taskId=1", base, *[f"{base}&packagingTaskId=pack"] * 2]
    )


def test_a_package_that_can_not_be_made_is_told_and_never_offered(house: House) -> None:
    told_of = [mail(id=on, message=on, schedule=[at(on)]) for on in ("COMPLETED", "FAILED")]
    made = house.order(
        task(document(house.ref())), packagingTasks=[package(("1", "doc-1"), notifications=told_of)]
    )
    house.sign(made)
    house.ports.engine.broken = True  # type: ignore[attr-defined]
    house.work()
    assert told(house) == ["FAILED"]
    path = f"/enterprise/sign/orders/{made['id']}/packaging-tasks/pack"
    status = house.client.get(f"{path}/status").json()
    assert (status["packagingTaskStatus"], status["packagingTaskResultUri"]) == ("FAILED", None)
    assert house.client.get(f"{path}/result").status_code == 404
    assert house.events(made)[-1]["eventType"] == "PACKAGING_TASK_FAILED"


def test_the_order_is_told_once_when_all_tasks_are_completed(house: House) -> None:
    ref = house.ref()
    made = house.order(
        task(document(ref), id="a"), task(document(ref), id="b"), notifications=[mail()]
    )
    house.sign(made, "a")
    house.work()
    assert told(house) == []
    house.sign(made, "b")
    house.work()
    assert len(told(house)) == 1


def test_templates_are_for_their_notification_or_for_all_others(house: House) -> None:
    own, other = mail(id="own"), mail(id="other")
    house.order(
        task(document(house.ref()), notifications=[own, other]),
        notificationTemplateParams=[
            {"id": "own", "footer": "Acme", "button": "Sign now"},
            {"id": "anything", "footer": "Everybody"},
        ],
    )
    house.work()
    html = [message.html for message in house.world.mailed]
    assert any("'Acme'" in text and "Sign now" in text for text in html)
    assert any("'Everybody'" in text for text in html)


def test_nobody_is_told_of_a_deleted_order(house: House) -> None:
    schedule = [at("CREATED", days=1)]
    made = house.order(task(document(house.ref()), notifications=[mail(schedule=schedule)]))
    assert house.client.delete(f"/enterprise/sign/orders/{made['id']}").status_code == 204
    house.pass_time(days=2)
    assert told(house) == []
    assert house.world.memory.state.notices == {}


def test_who_gets_a_forwarded_task_stands_in_its_place(house: House) -> None:
    notes = [
        mail(id=name, message=name, schedule=[at(name)]) for name in ("FORWARDED", "COMPLETED")
    ]
    made = house.order(
        task(document(house.ref()), notifications=notes),
        packagingTasks=[package(("1", "doc-1"))],
    )
    house.prove(made)
    command = ForwardTask(
        task_id=house.task_id(made),
        name="Bo Ek",
        email="bo@firm.example",
        own_name="Åsa",
        own_email="asa@firm.example",
        visitor=PHONE,
    )
    forward_task(command, house.ports)
    house.work()
    assert "FORWARDED" in told(house)
    path = f"/enterprise/sign/orders/{made['id']}"
    found = house.client.get(path).json()
    (forward,) = house.client.get(f"{path}/tasks/1/forwards").json()
    assert (forward["originalTaskId"], forward["recipientName"]) == ("1", "Bo Ek")
    assert forward["recipientEmail"] == "bo@firm.example"
    assert house.state(made) == "CREATED"
    house.sign(found, forward["taskId"])
    house.work()
    assert house.state(made) == house.state(made, forward["taskId"]) == "COMPLETED"
    assert told(house)[-1] == "COMPLETED"
    assert house.client.get(f"{path}/tasks/1/documents/doc-1/result").status_code == 200
    assert house.client.get(f"{path}/packaging-tasks/pack/result").status_code == 200
