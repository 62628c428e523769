"""Everything that is refused, at its path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from .house import House
from .orders import ABSENT, NBID, at, document, mail, order, package, task, wrong

Changes = dict[str, Any]
TASK, DOC = "tasks[0]", "tasks[0].documents[0]"
NOTE, PACK = "tasks[0].notifications[0]", "packagingTasks[0]"


def sms(**changes: Any) -> Any:
    values = {"id": "s", "type": "SMS", "recipient": "+4712345678", "sender": "Acme"}
    return {**values, "message": "Sign", **changes}


def subject(**attribute: Any) -> Changes:
    return {"subject": {"attributes": [attribute]}}


def of_task(**changes: Any) -> Callable[[str], Any]:
    return lambda ref: order(task(document(ref), **changes))


def of_document(**changes: Any) -> Callable[[str], Any]:
    return lambda ref: order(task(document(ref, **changes)))


def of_order(**changes: Any) -> Callable[[str], Any]:
    return lambda ref: order(task(document(ref)), **changes)


def of_tasks(*tasks: Changes) -> Callable[[str], Any]:
    return lambda ref: order(
        *(task(document(ref), **{"id": str(place), **one}) for place, one in enumerate(tasks))
    )


UPLOAD = {"action": "UPLOAD", "source": "UPLOAD", "documentRef": ABSENT}
REFUSED: dict[str, tuple[Callable[[str], Any], str]] = {
    "no tasks": (lambda _ref: {}, "tasks"),
    "empty tasks": (lambda _ref: {"tasks": []}, "tasks"),
    "no documents": (lambda _ref: order(task()), "tasks[0].documents"),
    "documents missing": (lambda _ref: {"tasks": [{"id": "1"}]}, "tasks[0].documents"),
    "task id": (of_tasks({}, {"id": "0"}), "tasks[1].id"),
    "task id with a slash": (of_task(id="a/b"), f"{TASK}.id"),
    "task id of dots": (of_task(id=".."), f"{TASK}.id"),
    "language": (of_task(language="no"), f"{TASK}.language"),
    "days to live": (of_task(daysToLive=0), f"{TASK}.daysToLive"),
    "too many days to live": (of_task(daysToLive=61), f"{TASK}.daysToLive"),
    "redirect": (of_task(onTaskComplete="javascript:alert(1)"), f"{TASK}.onTaskComplete"),
    "redirect to half an address": (of_task(onTaskReject="https://[::1"), f"{TASK}.onTaskReject"),
    "redirect to no port": (
        of_task(onTaskPostpone="https://shop.example:99999/"),
        f"{TASK}.onTaskPostpone",
    ),
    "configuration": (of_task(configuration="mine"), f"{TASK}.configuration"),
    "profile": (of_task(profile="mine"), f"{TASK}.profile"),
    "document id missing": (of_document(id=ABSENT), f"{DOC}.id"),
    "document id twice": (
        lambda ref: order(task(document(ref), document("x"))),
        "tasks[0].documents[1].id",
    ),
    "same document twice": (
        lambda ref: order(task(document(ref), document(ref, id="2"))),
        "tasks[0].documents[1].documentRef",
    ),
    "description": (of_document(description=ABSENT), f"{DOC}.description"),
    "action": (of_document(action="READ"), f"{DOC}.action"),
    "source": (of_document(source=ABSENT), f"{DOC}.source"),
    "document ref missing": (of_document(documentRef=ABSENT), f"{DOC}.documentRef"),
    "document ref null": (of_document(documentRef=None), f"{DOC}.documentRef"),
    "document ref unknown": (of_document(documentRef="01012026" + "a" * 50), f"{DOC}.documentRef"),
    "document ref of another kind": (of_document(documentRef="doc-1"), f"{DOC}.documentRef"),
    "upload with a ref": (of_document(action="UPLOAD", source="UPLOAD"), f"{DOC}.documentRef"),
    "upload from a session": (
        of_document(action="UPLOAD", documentRef=ABSENT),
        f"{DOC}.source",
    ),
    "signing what nobody brings": (
        of_document(source="UPLOAD", documentRef="photo"),
        f"{DOC}.documentRef",
    ),
    "signing what is not waited for": (
        lambda _ref: order(
            task(document("", **UPLOAD), id="brings"),
            task(document("", source="UPLOAD", documentRef="doc-1"), id="signs"),
        ),
        "tasks[1].dependsOnTasks",
    ),
    "two who bring the same": (
        lambda _ref: order(
            task(document("", **UPLOAD), id="one"), task(document("", **UPLOAD), id="two")
        ),
        "tasks[0].documents[0].id",
    ),
    "sign text entry": (of_document(action="VIEW", signTextEntry="x"), f"{DOC}.signTextEntry"),
    "archiving what is viewed": (
        of_document(action="VIEW", sendResultToArchive=True),
        f"{DOC}.sendResultToArchive",
    ),
    "form of what is viewed": (
        of_document(action="VIEW", form={"interactive": True}),
        f"{DOC}.form.interactive",
    ),
    "parameter twice": (
        of_document(form={"inputParams": [{"name": "city", "value": "Oslo"}] * 2}),
        f"{DOC}.form.inputParams[1].name",
    ),
    "no signature methods": (of_task(signatureMethods=ABSENT), f"{TASK}.signatureMethods"),
    "method without name": (
        of_task(signatureMethods=[{"type": "SIGNED_STATEMENT"}]),
        f"{TASK}.signatureMethods[0].name",
    ),
    "method without type": (
        of_task(signatureMethods=[{"name": "nbid"}]),
        f"{TASK}.signatureMethods[0].type",
    ),
    "unknown method": (
        of_task(signatureMethods=[NBID, {**NBID, "name": "passport"}]),
        f"{TASK}.signatureMethods[1].name",
    ),
    "third party": (
        of_task(signatureMethods=[{"name": "nbid", "type": "THIRD_PARTY"}]),
        f"{TASK}.signatureMethods[0].name",
    ),
    "nobody's handwriting": (
        of_task(signatureMethods=[{"handwritten": True}]),
        f"{TASK}.signatureMethods[0]",
    ),
    "unknown login": (
        of_task(authentication={"methods": ["passport"]}),
        f"{TASK}.authentication.methods[0]",
    ),
    "attribute without value": (
        of_task(**subject(name="national-id")),
        f"{TASK}.subject.attributes[0].value",
    ),
    "attribute with empty value": (
        of_task(**subject(name="national-id", value="")),
        f"{TASK}.subject.attributes[0].value",
    ),
    "unknown attribute": (
        of_task(**subject(name="shoe-size", value="43")),
        f"{TASK}.subject.attributes[0].name",
    ),
    "attribute of an unknown method": (
        of_task(**subject(name="national-id", value="123456", methods=["nbid-sign", "x"])),
        f"{TASK}.subject.attributes[0].methods",
    ),
    "names of different methods": (
        of_task(
            signatureMethods=[NBID, {**NBID, "name": "sbid-sign"}],
            subject={
                "attributes": [
                    {"name": "first-name", "value": "Kari", "methods": ["nbid-sign"]},
                    {"name": "last-name", "value": "Nordmann"},
                ]
            },
        ),
        f"{TASK}.subject.attributes",
    ),
    "mobile of a subject": (
        of_task(**subject(name="mobile", value="004712345678")),
        f"{TASK}.subject.attributes[0].value",
    ),
    "unknown dependency": (of_task(dependsOnTasks=["x"]), f"{TASK}.dependsOnTasks[0]"),
    "own dependency": (of_task(dependsOnTasks=["1"]), f"{TASK}.dependsOnTasks[0]"),
    "circle": (
        of_tasks({"dependsOnTasks": ["1"]}, {"dependsOnTasks": ["0"]}),
        f"{TASK}.dependsOnTasks[0]",
    ),
    "circle of three that another waits for": (
        of_tasks(
            {"dependsOnTasks": ["1"]},
            {"dependsOnTasks": ["2"]},
            {"dependsOnTasks": ["3"]},
            {"dependsOnTasks": ["1"]},
        ),
        "tasks[3].dependsOnTasks[0]",
    ),
    "no order notifications": (of_order(notifications=[]), "notifications"),
    "deletion": (of_order(daysUntilDeletion=31), "daysUntilDeletion"),
    "client reference": (of_order(clientReference="x" * 256), "clientReference"),
    "notification id twice": (
        of_task(notifications=[mail(), mail()]),
        f"{TASK}.notifications[1].id",
    ),
    "mail without header": (of_task(notifications=[mail(header=ABSENT)]), f"{NOTE}.header"),
    "mail without sender": (of_task(notifications=[mail(sender="")]), f"{NOTE}.sender"),
    "mail without recipient": (of_task(notifications=[mail(recipient="")]), f"{NOTE}.recipient"),
    "mail to a phone": (of_task(notifications=[mail(recipient="+47123")]), f"{NOTE}.recipient"),
    "no message": (of_task(notifications=[mail(message=ABSENT)]), f"{NOTE}.message"),
    "SMS without plus": (
        of_task(notifications=[sms(recipient="004712345678")]),
        f"{NOTE}.recipient",
    ),
    "SMS to a local number": (
        of_task(notifications=[sms(recipient="12345678")]),
        f"{NOTE}.recipient",
    ),
    "URL of a file": (
        of_task(notifications=[sms(type="URL", recipient="file:///etc/passwd")]),
        f"{NOTE}.recipient",
    ),
    "URL of half an address": (
        of_task(notifications=[sms(type="URL", recipient="https://[::1/told")]),
        f"{NOTE}.recipient",
    ),
    "logo of a mail": (
        of_order(notificationTemplateParams=[{"id": "n1", "logoUrl": "https://:99999/"}]),
        "notificationTemplateParams[0].logoUrl",
    ),
    "trigger": (
        of_task(notifications=[mail(schedule=[at("SIGNED")])]),
        f"{NOTE}.schedule[0].triggerStatus",
    ),
    "delay": (
        of_task(notifications=[mail(schedule=[at("CREATED", days=-1)])]),
        f"{NOTE}.schedule[0].delay.days",
    ),
    "packaging method": (
        of_order(packagingTasks=[package(("1", "doc-1"), method="zip")]),
        f"{PACK}.method",
    ),
    "packaging id twice": (
        of_order(packagingTasks=[package(("1", "doc-1")), package(("1", "doc-1"))]),
        "packagingTasks[1].id",
    ),
    "packaging nothing": (of_order(packagingTasks=[package()]), f"{PACK}.documents"),
    "packaging an unknown task": (
        of_order(packagingTasks=[package(("2", "doc-1"))]),
        f"{PACK}.documents[0].taskId",
    ),
    "packaging an unknown document": (
        of_order(packagingTasks=[package(("1", "doc-2"))]),
        f"{PACK}.documents[0].documentIds[0]",
    ),
    "packaging what is viewed": (
        lambda ref: order(
            task(document(ref, action="VIEW")), packagingTasks=[package(("1", "doc-1"))]
        ),
        f"{PACK}.documents[0].documentIds[0]",
    ),
    "packaging trigger": (
        of_order(
            packagingTasks=[
                package(("1", "doc-1"), notifications=[mail(schedule=[at("REJECTED")])])
            ]
        ),
        f"{PACK}.notifications[0].schedule[0].triggerStatus",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_refused_at_its_path(house: House, name: str) -> None:
    build, path = REFUSED[name]
    answer = house.client.post("/enterprise/sign/orders", json=build(house.ref()))
    found = wrong(answer)
    assert path in found, found
    assert all(found.values())


def test_the_vendors_own_words_for_a_missing_value(house: House) -> None:
    made = order(task(document(house.ref()), subject={"attributes": [{"name": "national-id"}]}))
    found = wrong(house.client.post("/enterprise/sign/orders", json=made))
    assert found == {"tasks[0].subject.attributes[0].value": "Subject attribute value is required"}


def test_all_that_is_wrong_is_told_at_once(house: House) -> None:
    answer = house.ask(
        task(document("x"), document(house.ref(), id="2"), notifications=[mail(recipient="x")]),
        packagingTasks=[package(("9", "doc-1"))],
    )
    assert list(wrong(answer)) == [
        "tasks[0].documents[0].documentRef",
        "packagingTasks[0].documents[0].taskId",
        "tasks[0].notifications[0].recipient",
    ]


def test_an_sms_needs_a_gateway(house: House) -> None:
    class MailOnly:
        channels = ("email",)

    object.__setattr__(house.ports, "mailer", MailOnly())
    answer = house.ask(task(document(house.ref()), notifications=[sms()]))
    assert wrong(answer) == {
        "tasks[0].notifications[0].type": "no SMS gateway is configured on this server"
    }


def test_outside_a_sandbox_programs_are_called_by_https_only(house: House) -> None:
    object.__setattr__(house.ports, "simulated", None)
    told = sms(type="URL", recipient="http://shop.example/told")
    answer = house.ask(task(document(house.ref()), notifications=[told]))
    assert list(wrong(answer)) == ["tasks[0].notifications[0].recipient"]


def test_nothing_is_made_of_an_order_that_is_refused(house: House) -> None:
    ref = house.ref()
    before = replace(house.world.memory.state)
    wrong(house.ask(task(document(ref)), task(document("x"), id="2")))
    assert house.world.memory.state.envelopes == before.envelopes == {}


def test_a_task_without_id_gets_one(house: House) -> None:
    made = house.order(task(document(house.ref()), id=ABSENT))
    (given,) = made["tasks"]
    assert house.state(made, given["id"]) == "CREATED"
