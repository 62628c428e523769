"""A member brings a file of people, says which column is what, and is told of each row whether it
can be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from countersign.domain.account import Caller
from countersign.domain.batch import KEPT, Batch, BatchRow, Problem, Slot, SourceKind, check_plan
from countersign.domain.batch_check import check_rows, values_of
from countersign.domain.batch_slots import guess, slots_of
from countersign.domain.errors import Conflict, Invalid
from countersign.domain.form import Form
from countersign.domain.template import Template
from countersign.usecases.batch_ports import FilledRow
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.ports import NewJob, UnitOfWork
from countersign.usecases.send_written import dashboard_caller

LANGUAGE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBatch:
    """A file of rows for a template or a form."""

    kind: SourceKind
    source_id: str
    file_name: str
    data: bytes


def begin_batch(new: NewBatch, visit: Visit, desk: MemberPorts) -> Batch:
    """Reads the file, guesses what its columns are and checks all rows; sends nothing. What nobody
    sends is forgotten after `KEPT`. Raises NotFound, Conflict for a form that can't be submitted,
    and Invalid as `RowFiles`."""
    with desk.ports.unit_of_work() as uow:
        source = source_of(new.kind, visit.account.id, new.source_id, uow)
    if isinstance(source, Form) and not source.is_active:
        raise Conflict("this form is not active")
    table = desk.batching.files.read(new.data)
    now = desk.ports.clock()
    batch = Batch(
        id=str(uuid4()),
        account_id=visit.account.id,
        origin=source.origin if isinstance(source, Form) else desk.batching.template_origin,
        kind=new.kind,
        source_id=source.id,
        version=source.version,
        source_name=source.name,
        file_name=new.file_name[:255],
        columns=table.columns,
        created_at=now,
        who=visit.member.email,
        title=source.name[:200],
        language=LANGUAGE,
        mapping=guess(slots_of(source), table.columns),
    )
    rows = [BatchRow(number=number, cells=cells) for number, cells in table.rows]
    found = _found(batch, source, rows, desk, visit)
    with desk.ports.unit_of_work() as uow:
        checked = [replace(row, problems=tuple(found[row.number])) for row in rows]
        uow.dashboard.batches.add(batch, checked)
        uow.jobs.add(NewJob(kind="forget_batch", args={"batch": batch.id}, run_at=now + KEPT))
        uow.commit()
    return batch


def replan_batch(
    batch_id: str,
    mapping: Mapping[str, int],
    title: str,
    language: str,
    visit: Visit,
    desk: MemberPorts,
) -> None:
    """Checks all rows anew. Raises NotFound, Invalid for columns that there are not, StaleState
    when it was sent meanwhile."""
    with desk.ports.unit_of_work() as uow:
        batch, source = batch_of(batch_id, visit, uow)
        rows = uow.dashboard.batches.rows(batch_id)
    known = {slot.key for slot in slots_of(source)}
    chosen = {key: column for key, column in mapping.items() if key in known}
    if language not in desk.batching.senders[batch.origin].languages:
        raise Invalid("there is no such language")
    if any(column >= len(batch.columns) for column in chosen.values()):
        raise Invalid("there is no such column")
    changed = replace(batch, mapping=chosen, title=title.strip()[:200], language=language)
    found = _found(changed, source, rows, desk, visit)
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.batches.replan(
            changed,
            {row.number: found[row.number] for row in rows if row.problems != found[row.number]},
        )
        uow.commit()


def drop_batch(batch_id: str, visit: Visit, desk: MemberPorts) -> None:
    """A draft. Raises NotFound."""
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.batches.remove_draft(visit.account.id, batch_id)
        uow.commit()


def source_of(
    kind: SourceKind, account_id: str, source_id: str, uow: UnitOfWork, version: int | None = None
) -> Template | Form:
    """As it is now, or was in that version. Raises NotFound."""
    store = uow.templates if kind is SourceKind.TEMPLATE else uow.forms
    if version is None:
        return store.get(account_id, source_id)
    return store.version(account_id, source_id, version)


def batch_of(batch_id: str, visit: Visit, uow: UnitOfWork) -> tuple[Batch, Template | Form]:
    """With what it is sent from. Raises NotFound."""
    batch = uow.dashboard.batches.get(visit.account.id, batch_id)
    source = source_of(batch.kind, batch.account_id, batch.source_id, uow, batch.version)
    return batch, source


def filled(
    batch: Batch, source: Template | Form, slots: Sequence[Slot], row: BatchRow, caller: Caller
) -> FilledRow:
    """`slots` are those of the source. Raises Invalid."""
    values = values_of(batch, slots, row)
    numbers = [key.split(".")[1] for key in values if key.endswith(".email")]
    return FilledRow(
        caller=caller,
        source=source,
        title=values.get("title") or batch.title,
        language=batch.language,
        people=tuple(
            (values.get(f"person.{each}.name", ""), values[f"person.{each}.email"])
            for each in numbers
        ),
        values={
            key.partition(".")[2]: value for key, value in values.items() if key.startswith("tag.")
        },
        sender=batch.sender,
    )


def _found(
    batch: Batch,
    source: Template | Form,
    rows: Iterable[BatchRow],
    desk: MemberPorts,
    visit: Visit,
) -> dict[int, tuple[Problem, ...]]:
    """Row number → what is wrong with it. Before all places have their columns nothing can be said
    of rows."""
    slots = slots_of(source)
    try:
        check_plan(batch, slots)
    except Invalid:
        return {row.number: () for row in rows}
    caller = dashboard_caller(visit.account, desk.ports)
    check = desk.batching.senders[batch.origin].checker(source, desk.ports)

    def by_api(row: BatchRow) -> tuple[Problem, ...]:
        try:
            check(filled(batch, source, slots, row, caller))
        except Invalid as problem:
            return (Problem(problem.message),)
        return ()

    return {row.number: problems or by_api(row) for row, problems in check_rows(batch, slots, rows)}


def missing_slots(batch: Batch, slots: Sequence[Slot]) -> str:
    """What is said when a place has no column yet, "" when all have."""
    try:
        check_plan(batch, tuple(slots))
    except Invalid as problem:
        return problem.message
    return ""


def audited(batch: Batch, action: str, visit: Visit, uow: UnitOfWork, desk: MemberPorts) -> None:
    """Into the audit log, in this transaction."""
    about = f"{batch.source_name} ({batch.file_name}, {batch.id})"
    record(visit.member, action, visit.visitor, uow, desk, about)
