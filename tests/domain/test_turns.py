"""Who may act when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.errors import Gone, Invalid, NotYourTurn
from countersign.domain.signing import complete_task
from countersign.domain.task import TaskStatus
from countersign.domain.turns import check_may_act, check_order
from tests.domain.building import LATER, NOW, act, segment, sent, task


def statuses(envelope):
    return {one.id: str(one.status) for one in envelope.tasks}


def test_everybody_is_ready_when_nobody_waits() -> None:
    assert statuses(sent(task("ada"), task("bo"))) == {"ada": "ready", "bo": "ready"}


def test_who_waits_is_ready_when_the_last_predecessor_is_done() -> None:
    envelope = sent(task("ada"), task("bo"), task("cy", after=("ada", "bo")))
    assert statuses(envelope)["cy"] == "blocked"
    envelope, _ = complete_task(envelope, "ada", act(), {"d1": (segment(),)})
    assert statuses(envelope)["cy"] == "blocked"
    envelope, events = complete_task(envelope, "bo", act(), {"d1": (segment(),)})
    assert statuses(envelope)["cy"] == "ready"
    assert ("task_ready", "cy") in [(str(event.kind), event.task_id) for event in events]


def test_a_blocked_task_may_not_act() -> None:
    envelope = sent(task("ada"), task("bo", after=("ada",)))
    with pytest.raises(NotYourTurn):
        check_may_act(envelope, envelope.task("bo"), LATER)


def test_a_deadline_counts_from_the_second_it_passes() -> None:
    from dataclasses import replace

    envelope = replace(sent(task("ada")), due_at=LATER)
    check_may_act(envelope, envelope.task("ada"), NOW)
    with pytest.raises(Gone, match="expired"):
        check_may_act(envelope, envelope.task("ada"), LATER)


def test_tasks_that_wait_for_each_other_are_refused() -> None:
    with pytest.raises(Invalid, match="circle"):
        check_order((task("ada", after=("bo",)), task("bo", after=("ada",))))


def test_a_task_that_waits_for_a_stranger_is_refused() -> None:
    with pytest.raises(Invalid, match="not there"):
        check_order((task("ada", after=("nobody",)),))


@given(st.lists(st.integers(0, 6), min_size=1, max_size=7))
def test_any_order_without_circles_can_be_worked_off(groups: list[int]) -> None:
    """Groups as vendors number them: everybody waits for all lower numbers."""
    names = [f"t{index}" for index in range(len(groups))]
    tasks = [
        task(name, after=tuple(n for n, g in zip(names, groups, strict=True) if g < group))
        for name, group in zip(names, groups, strict=True)
    ]
    envelope = sent(*tasks)
    for _ in tasks:
        ready = next(one for one in envelope.tasks if one.status is TaskStatus.READY)
        envelope, _events = complete_task(envelope, ready.id, act(), {"d1": (segment(),)})
    assert envelope.status == "sealing"
