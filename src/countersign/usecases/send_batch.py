"""A batch is sent, row by row, in the background.

A row and its envelope are written in one transaction, in which the row must still wait: so whatever
is killed or done twice, nobody is sent the same thing twice (decision record 76).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from countersign.domain.account import Account
from countersign.domain.batch import (
    Batch,
    BatchRow,
    BatchStatus,
    RowStatus,
    check_plan,
)
from countersign.domain.batch_slots import slots_of
from countersign.domain.envelope import Envelope
from countersign.domain.errors import DomainError, Invalid, QuotaExceeded, StaleState, Unavailable
from countersign.domain.form import Form
from countersign.domain.template import Template
from countersign.usecases.batch_ports import RowSender
from countersign.usecases.manage_access import sender_is
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.plan_batch import audited, batch_of, filled, source_of
from countersign.usecases.ports import NewJob, Ports, UnitOfWork
from countersign.usecases.send_envelope import SendEnvelope, send_envelope
from countersign.usecases.send_written import dashboard_caller

AT_ONCE = 25  # rows of one job, so that batches take turns
QUEUE = "batch"
Senders = Mapping[str, RowSender]


class _Settled(Exception):
    """Somebody else has settled the row: nothing is to be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchState:
    """A batch with its numbers; `wrong` rows can't be sent as they are."""

    batch: Batch
    source: Template | Form
    counts: Mapping[RowStatus, int]
    wrong: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def good(self) -> int:
        return self.counts.get(RowStatus.WAITING, 0) - self.wrong

    @property
    def done(self) -> int:
        return self.total - self.counts.get(RowStatus.WAITING, 0)


def look_at_batch(batch_id: str, visit: Visit, desk: MemberPorts) -> BatchState:
    """Raises NotFound, also for another account's."""
    with desk.ports.unit_of_work() as uow:
        batch, source = batch_of(batch_id, visit, uow)
        counts = uow.dashboard.batches.counts([batch_id]).get(batch_id, {})
        wrong = uow.dashboard.batches.wrong(batch_id) if batch.status is BatchStatus.DRAFT else 0
    return BatchState(batch=batch, source=source, counts=counts, wrong=wrong)


def start_batch(batch_id: str, leave_out: bool, visit: Visit, desk: MemberPorts) -> None:
    """Begins to send. With `leave_out` rows that are wrong end as failed, else there may be none.
    Raises NotFound, Invalid, StaleState when it was begun already."""
    state = look_at_batch(batch_id, visit, desk)
    if state.batch.status is not BatchStatus.DRAFT:
        raise StaleState("begun already")
    check_plan(state.batch, slots_of(state.source))
    if state.wrong and not leave_out:
        raise Invalid("Some rows can't be sent as they are.", {"rows": str(state.wrong)})
    if not state.good:
        raise Invalid("There is no row that can be sent.", {"rows": "none"})
    started = replace(state.batch, sender=visit.visitor, started_at=desk.ports.clock())
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.batches.start(started)
        if uow.dashboard.batches.settle_all(batch_id, RowStatus.FAILED, wrong=True) != state.wrong:
            raise StaleState("checked anew meanwhile")
        uow.jobs.add(_job(batch_id))
        audited(state.batch, "sent to many", visit, uow, desk)
        uow.commit()


def cancel_batch(batch_id: str, visit: Visit, desk: MemberPorts) -> None:
    """What was not sent yet is not sent any more; what was sent stays. Raises NotFound."""
    with desk.ports.unit_of_work() as uow:
        batch, _source = batch_of(batch_id, visit, uow)
        if batch.status is not BatchStatus.SENDING:
            return
        uow.dashboard.batches.settle_all(batch_id, RowStatus.CANCELLED)
        uow.dashboard.batches.end(batch_id, desk.ports.clock())
        audited(batch, "stopped sending to many", visit, uow, desk)
        uow.commit()


def forget_batch(batch_id: str, ports: Ports) -> None:
    """What its rows say is not needed any longer."""
    with ports.unit_of_work() as uow:
        uow.dashboard.batches.forget(batch_id)
        uow.commit()


# ------------------------------------------------------------------ in the background


def send_batch(batch_id: str, senders: Senders, ports: Ports) -> None:
    """Sends the next rows. A row that can't be sent fails with its reason, and the others go on;
    what may be over soon is tried again. Raises NotFound, Unavailable."""
    with ports.unit_of_work() as uow:
        batch = uow.dashboard.batches.by_id(batch_id)
        rows = uow.dashboard.batches.rows(batch_id, status=RowStatus.WAITING, limit=AT_ONCE)
        account = uow.accounts.get(batch.account_id)
        source = source_of(batch.kind, batch.account_id, batch.source_id, uow, batch.version)
    if batch.status is not BatchStatus.SENDING:
        return
    _send_rows(batch, source, rows, account, senders, ports)
    with ports.unit_of_work() as uow:
        if len(rows) < AT_ONCE:
            uow.dashboard.batches.end(batch_id, ports.clock())
        else:
            uow.jobs.add(_job(batch_id))
        uow.commit()


def _send_rows(
    batch: Batch,
    source: Template | Form,
    rows: Sequence[BatchRow],
    account: Account,
    senders: Senders,
    ports: Ports,
) -> None:
    caller, slots = dashboard_caller(account, ports), slots_of(source)
    for row in rows:
        try:
            wanted = filled(batch, source, slots, row, caller)
            command = senders[batch.origin].command(wanted, ports)
            send_envelope(replace(command, beside=_Settling(batch, row.number, command)), ports)
        except _Settled:
            continue
        except (Unavailable, StaleState):
            raise
        except DomainError as problem:
            _fail(batch, row, reason(problem), ports)


@dataclass(frozen=True, slots=True)
class _Settling:
    """In the transaction that makes the envelope, after what the API does there."""

    batch: Batch
    number: int
    command: SendEnvelope

    def __call__(self, envelope: Envelope, uow: UnitOfWork) -> None:
        batches = uow.dashboard.batches
        if not batches.settle(self.batch.id, self.number, RowStatus.SENT, "", envelope.id):
            raise _Settled
        if self.command.beside is not None:
            self.command.beside(envelope, uow)
        sender_is(self.batch.who, envelope, uow)


def _fail(batch: Batch, row: BatchRow, why: str, ports: Ports) -> None:
    with ports.unit_of_work() as uow:
        uow.dashboard.batches.settle(batch.id, row.number, RowStatus.FAILED, why, "")
        uow.commit()


def reason(problem: DomainError) -> str:
    """What is said of a row that failed."""
    if isinstance(problem, Invalid):
        details = "; ".join(f"{name}: {why}" for name, why in problem.fields.items())
        return f"{problem.message}: {details}" if details else problem.message
    return (
        "the number of envelopes is used up" if isinstance(problem, QuotaExceeded) else str(problem)
    )


def _job(batch_id: str) -> NewJob:
    """While one waits, another is not needed."""
    args = {"batch": batch_id}
    return NewJob(kind="send_batch", args=args, queue=QUEUE, unique=f"batch {batch_id}")
