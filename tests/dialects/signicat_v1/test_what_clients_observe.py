"""What a program that was written for the vendor sees besides the fields: names of files, ids that
it uses again."""

from __future__ import annotations

from countersign.usecases.forward_task import ForwardTask, forward_task

from .house import PHONE, House
from .orders import ORDERS, document, mail, package, task

TEXT = {"Content-Type": "text/plain"}


def saved_as(house: House, address: str) -> str:
    """What a browser or `curl -OJ` calls the file."""
    answer = house.client.get(address)
    assert answer.status_code == 200, answer.text
    _, _, name = answer.headers["content-disposition"].partition("filename=")
    return str(name.partition(";")[0].strip('"'))


def test_files_have_the_ending_of_their_type(house: House) -> None:
    text = house.upload(b"I pay in time.\n", **TEXT).json()["documentId"]
    made = house.order(
        task(
            document(house.ref(), description="Lease 7.PDF"),
            document(house.ref("kept"), id="kept", sendResultToArchive=True),
            document(text, id="note", description="Note"),
        ),
        packagingTasks=[package(("1", "doc-1"), sendToArchive=True)],
    )
    house.sign(made)
    house.work()
    lease, kept, note = house.status(made)["documents"]
    pack = house.client.get(f"{ORDERS}/{made['id']}/packaging-tasks/pack/status").json()
    archived = pack["packagingTaskResultUri"]
    assert saved_as(house, lease["resultUri"]) == "Lease 7.PDF"
    assert saved_as(house, kept["resultUri"]) == "Lease.pdf"
    assert saved_as(house, note["originalUri"]) == "Note.txt"
    assert saved_as(house, note["resultUri"]) == "Note.xml"
    assert saved_as(house, archived) == f"{archived.rpartition('/')[2]}.pdf"


def test_tasks_may_call_their_notifications_alike(house: House) -> None:
    ref = house.ref()
    made = house.order(
        *(task(document(ref), id=id, notifications=[mail(message=id)]) for id in ("a", "b")),
        notifications=[mail()],
        packagingTasks=[package(("a", "doc-1"), notifications=[mail()])],
    )
    house.work()
    assert sorted(message.text for message in house.world.mailed) == ["a", "b"]
    assert [event.get("data") for event in house.events(made, "b")] == [None, "n1"]


def test_numbers_may_stand_for_texts(house: House) -> None:
    made = house.order(
        task(document(house.ref(), id=7, description=2024), id=1),
        clientReference=12345678901234567890,
        packagingTasks=[{**package(("1", "7")), "documents": [{"taskId": 1, "documentIds": [7]}]}],
    )
    assert made["clientReference"] == "12345678901234567890"
    assert (made["tasks"][0]["id"], made["tasks"][0]["documents"][0]["id"]) == ("1", "7")
    assert house.status(made, "1")["documents"][0]["id"] == "7"


def test_what_nobody_said_of_a_forwarder_is_null(house: House) -> None:
    made = house.order(task(document(house.ref())))
    command = ForwardTask(
        task_id=house.task_id(made), name="Bo Ek", email="bo@firm.example", visitor=PHONE
    )
    forward_task(command, house.ports)
    path = f"{ORDERS}/{made['id']}/tasks/1/forwards"
    (forward,) = house.client.get(path).json()
    said = {name for name, value in forward.items() if value is not None}
    assert said == {"orderId", "taskId", "originalTaskId", "recipientName", "recipientEmail"}
