"""Opening and completing a task."""

from dataclasses import replace

import pytest

from countersign.domain.document import FileRef
from countersign.domain.errors import (
    AlreadyCompleted,
    IdentityRequired,
    Invalid,
    MissingFields,
)
from countersign.domain.signing import check_act, complete_task, open_task
from countersign.domain.task import FieldKind, Visitor
from tests.domain.building import LATER, NOW, act, segment, sent, signature_field, task


def test_only_the_first_opening_is_recorded() -> None:
    envelope = sent(task("ada"))
    opened, events = open_task(envelope, "ada", Visitor(ip="203.0.113.7"), NOW)
    again, none = open_task(opened, "ada", Visitor(ip="203.0.113.8"), LATER)
    assert (opened.task("ada").opened_at, again) == (NOW, opened)
    assert [str(event.kind) for event in events] == ["task_opened"]
    assert none == []


def test_the_last_act_closes_the_envelope() -> None:
    envelope, events = complete_task(sent(task("ada")), "ada", act(), {"d1": (segment(),)})
    assert envelope.status == "sealing"
    assert [str(event.kind) for event in events] == ["task_completed", "envelope_all_signed"]
    assert envelope.document("d1").segments[0].file.sha256 == "11" * 32


def test_a_signer_cannot_finish_twice() -> None:
    envelope = sent(task("ada"), task("bo"))
    envelope, _ = complete_task(envelope, "ada", act(), {"d1": (segment(),)})
    with pytest.raises(AlreadyCompleted):
        complete_task(envelope, "ada", act(), {"d1": (segment(),)})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"consent": ""}, "consent"),
        ({"method": "fax"}, "method"),
        ({"method": "drawn"}, "signature"),
        ({"text": "  "}, "signature"),
    ],
)
def test_an_incomplete_act_says_what_is_missing(changes: dict[str, str], field: str) -> None:
    envelope = sent(task("ada"))
    with pytest.raises(Invalid) as refusal:
        check_act(envelope, envelope.task("ada"), act(**changes))
    assert set(refusal.value.fields) == {field}


def test_a_drawn_signature_needs_no_text() -> None:
    envelope = sent(task("ada"))
    check_act(
        envelope, envelope.task("ada"), act(method="drawn", image=FileRef("aa", 1), text=None)
    )


def test_required_fields_have_to_be_filled() -> None:
    fields = (signature_field("f1"), signature_field("f2", kind=FieldKind.TEXT))
    envelope = sent(task("ada", fields=fields))
    with pytest.raises(MissingFields) as refusal:
        check_act(envelope, envelope.task("ada"), act())
    assert set(refusal.value.fields) == {"f2"}
    check_act(envelope, envelope.task("ada"), act(values={"f2": "Director"}))


def test_nobody_fills_another_ones_field() -> None:
    envelope = sent(task("ada", fields=(signature_field("f1"),)), task("bo"))
    with pytest.raises(Invalid) as refusal:
        check_act(envelope, envelope.task("bo"), act(values={"f1": "x"}))
    assert set(refusal.value.fields) == {"f1"}


def test_identity_has_to_be_proved_first() -> None:
    envelope = sent(replace(task("ada"), identity=("email_code",)))
    with pytest.raises(IdentityRequired) as refusal:
        check_act(envelope, envelope.task("ada"), act())
    assert refusal.value.due == ("email_code",)
