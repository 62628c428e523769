"""Reviewers and others who hold up nobody, and signing orders as vendors number them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.closing import cancel, decline_task
from countersign.domain.errors import Gone, Invalid
from countersign.domain.signing import check_act, complete_task
from countersign.domain.task import Action, Task, Visitor
from countersign.domain.turns import after_orders, check_order
from tests.domain.building import LATER, act, segment, sent, task


def reviewer(id: str, *, after: tuple[str, ...] = ()) -> Task:
    return replace(task(id, after=after), actions={"d1": Action.REVIEW}, optional=True)


def test_equal_numbers_act_side_by_side_and_higher_ones_wait() -> None:
    assert after_orders([1, 1, 2, 5]) == ((), (), (0, 1), (2,))


def test_nobody_waits_for_an_optional_task_which_itself_waits() -> None:
    assert after_orders([1, 2, 2, 3], [False, True, False, True]) == ((), (0,), (0,), (2,))
    assert after_orders([1, 2], [True, False]) == ((), ())


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), max_size=8))
def test_orders_make_no_circle_and_no_one_waits_for_the_optional(
    given_tasks: list[tuple[int, bool]],
) -> None:
    people = [*given_tasks, (1, False)]
    orders, optional = zip(*people, strict=True)
    afters = after_orders(orders, optional)
    tasks = tuple(
        replace(task(str(index)), optional=spare, after=tuple(map(str, after)))
        for index, (spare, after) in enumerate(zip(optional, afters, strict=True))
    )
    check_order(tasks)
    for order, after in zip(orders, afters, strict=True):
        assert all(orders[index] < order for index in after)
        assert bool(after) == any(o < order and not spare for o, spare in people)


def test_a_review_needs_consent_alone_and_leaves_no_signature() -> None:
    envelope = sent(task("ada"), reviewer("rea"))
    consent = act(method="click", text=None)
    with pytest.raises(Invalid, match="consent"):
        check_act(envelope, envelope.task("rea"), replace(consent, consent=""))
    check_act(envelope, envelope.task("rea"), consent)
    envelope, events = complete_task(envelope, "rea", consent, {})
    assert [str(event.kind) for event in events] == ["task_completed"]
    assert (str(envelope.status), envelope.documents[0].segments) == ("open", ())


def test_a_review_that_never_came_ends_silently_with_the_last_signature() -> None:
    envelope = sent(task("ada"), reviewer("rea"))
    envelope, events = complete_task(envelope, "ada", act(), {"d1": (segment(),)})
    assert [str(one.kind) for one in events] == [
        "task_completed",
        "task_cancelled",
        "envelope_all_signed",
    ]
    assert (str(envelope.status), str(envelope.task("rea").status)) == ("sealing", "cancelled")
    with pytest.raises(Gone):
        check_act(envelope, envelope.task("rea"), act())


def test_a_reviewer_who_declines_stops_nobody() -> None:
    envelope, events = decline_task(
        sent(task("ada"), reviewer("rea")), "rea", "No time", Visitor(), LATER
    )
    assert [str(event.kind) for event in events] == ["task_declined"]
    envelope, _ = complete_task(envelope, "ada", act(), {"d1": (segment(),)})
    assert envelope.status == "sealing"


def test_somebody_has_to_act() -> None:
    with pytest.raises(Invalid, match="somebody"):
        sent(reviewer("rea"))


def test_waiting_for_an_optional_task_is_refused() -> None:
    with pytest.raises(Invalid, match="optional"):
        check_order((reviewer("rea"), task("ada", after=("rea",))))


def test_the_end_says_who_had_been_told_of_their_task() -> None:
    _, events = cancel(sent(task("ada"), task("bo", after=("ada",))), LATER)
    assert [(event.task_id, event.data.get("was")) for event in events[:2]] == [
        ("ada", "ready"),
        ("bo", "blocked"),
    ]
