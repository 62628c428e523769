"""The retention rules of an account: what is erased after how many days.

Once it has reached the age at which it may be due, the sweep looks at each envelope once, and a job
of its own comes back to those that are to be kept longer. So nothing is looked at that is not due,
and a sweep that finds nothing reads one entry of an index. Decision record 81.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from countersign.domain.envelope import Envelope
from countersign.domain.erasing import RETENTION
from countersign.domain.errors import Held
from countersign.domain.keeping import RetentionRules, due_at, is_due, retention_rules
from countersign.usecases.enter_dashboard import record
from countersign.usecases.erase_envelope import erase
from countersign.usecases.keeping_ports import Spot
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.ports import NewJob, Ports, UnitOfWork
from countersign.usecases.remove_content import LOOK_AGAIN
from countersign.usecases.retrying import on_stale_state

PAUSE = timedelta(hours=1)  # between two sweeps of an account
AT_ONCE = 200  # envelopes of one transaction
SLOW = "slow"


def read_rules(visit: Visit, desk: MemberPorts) -> RetentionRules:
    """Those of the member's account."""
    with desk.ports.unit_of_work() as uow:
        return uow.keeping.rules.get(visit.account.id)


def set_rules(
    completed: int | None, unfinished: int | None, visit: Visit, desk: MemberPorts
) -> None:
    """They count for all that was sent before, too. Raises Invalid."""
    rules = retention_rules(visit.account.id, completed, unfinished)
    with desk.ports.unit_of_work() as uow:
        uow.keeping.rules.put(rules)
        if rules.first_due is not None:
            uow.jobs.add(_sweeping(rules.account_id, desk.ports.clock()))
        about = f"completed: {_days(completed)}, unfinished: {_days(unfinished)}"
        record(visit.member, "changed the retention rules", visit.visitor, uow, desk, about)
        uow.commit()


def _days(count: int | None) -> str:
    return "kept" if count is None else f"{count} days"


def sweep(account_id: str, ports: Ports) -> None:
    """Looks at what has come to the age of the rules since, and comes again."""
    now = ports.clock()
    with ports.unit_of_work() as uow:
        rules = uow.keeping.rules.get(account_id)
        if rules.first_due is None:
            return
        seen = Spot(rules.seen_at, rules.seen_id) if rules.seen_at else None
        found = uow.keeping.walk.envelopes(account_id, seen, now - rules.first_due, AT_ONCE)
        for spot in found:
            uow.jobs.add(_looking(spot.id, now))
        if found:
            uow.keeping.rules.saw(rules, found[-1])
        uow.jobs.add(_sweeping(account_id, now if len(found) == AT_ONCE else now + PAUSE))
        uow.commit()


def erase_by_rules(envelope_id: str, ports: Ports) -> None:
    """Erases it when the rules of its account say so; otherwise comes back when they may."""

    def attempt() -> None:
        now = ports.clock()
        with ports.unit_of_work() as uow:
            envelope = uow.envelopes.get(envelope_id)
            rules = uow.keeping.rules.get(envelope.account_id)
            due = due_at(envelope, rules, now)
            if due is None:
                return
            if is_due(envelope, rules, now) and not _is_waited_for(envelope, uow):
                erase(envelope, RETENTION, now, uow)
            else:
                uow.jobs.add(_looking(envelope_id, max(due, now + LOOK_AGAIN)))
            uow.commit()

    try:
        on_stale_state(attempt)
    except Held:
        with ports.unit_of_work() as uow:
            uow.jobs.add(_looking(envelope_id, ports.clock() + LOOK_AGAIN))
            uow.commit()


def _is_waited_for(envelope: Envelope, uow: UnitOfWork) -> bool:
    """Whether somebody is still to act on it and, in the same go, on another envelope."""
    pending = (task for task in envelope.tasks if task.status.pending)
    return any(len(uow.envelopes.holding(task.id)) > 1 for task in pending)


def _looking(envelope_id: str, at: datetime) -> NewJob:
    args = {"envelope": envelope_id}
    unique = f"rules:{envelope_id}"
    return NewJob(kind="erase_by_rules", args=args, queue=SLOW, run_at=at, unique=unique)


def _sweeping(account_id: str, at: datetime) -> NewJob:
    args = {"account": account_id}
    unique = f"sweep:{account_id}"
    return NewJob(kind="sweep", args=args, queue=SLOW, run_at=at, unique=unique)
