"""Lists of tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select

from countersign.adapters.database import envelope_rows as shape
from countersign.adapters.database.tables import envelopes, tasks
from countersign.adapters.database.transaction import Transaction
from countersign.domain.task import Task, TaskStatus
from countersign.usecases.library_ports import TaskQuery

SORTED_BY: Mapping[str, ColumnElement[object]] = {
    "created_at": tasks.c.created_at,
    "due_at": tasks.c.due_at,
    "title": tasks.c.folded_title,
    "status": tasks.c.status,
}
PENDING = tuple(status.value for status in TaskStatus if status.pending)


class Tasks:
    """The port of the same name."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def find(self, query: TaskQuery) -> tuple[Sequence[Task], int]:
        wanted = _matching(query)
        total = self._tx.read(select(func.count()).select_from(wanted.subquery())).scalar_one()
        ids = self._tx.read(_page(wanted, query)).scalars().all()
        rows = self._tx.read(select(tasks).where(tasks.c.id.in_(ids))).all()
        # Nobody asks a list whose eID it must be
        found = {row.id: shape.task(row._asdict() | {"national_id": None}, {}) for row in rows}
        return [found[id] for id in ids], total


def _matching(query: TaskQuery) -> Select[tuple[str]]:
    wanted = select(tasks.c.id).where(
        tasks.c.account_id == query.account_id,
        tasks.c.guest_of.is_(None),
        tasks.c.title != "",
        not_(tasks.c.removed),
        *_bounds(query),
    )
    if query.statuses:
        wanted = wanted.where(_has_status(query))
    of_origin = select(envelopes.c.id).where(
        envelopes.c.id == tasks.c.envelope_id, envelopes.c.origin == query.origin
    )
    wanted = wanted.where(of_origin.exists())
    if query.title:
        wanted = wanted.where(
            tasks.c.folded_title.contains(query.title.casefold(), autoescape=True)
        )
    return wanted


def _has_status(query: TaskQuery) -> ColumnElement[bool]:
    is_pending = tasks.c.status.in_(PENDING)
    is_over = and_(is_pending, tasks.c.due_at <= query.now)
    stands = or_(not_(is_pending), tasks.c.due_at.is_(None), tasks.c.due_at > query.now)
    as_recorded = and_(tasks.c.status.in_(query.statuses), stands)
    return or_(as_recorded, is_over) if TaskStatus.EXPIRED in query.statuses else as_recorded


def _bounds(query: TaskQuery) -> list[ColumnElement[bool]]:
    bounds = {
        tasks.c.created_at: (query.created_from, query.created_to),
        tasks.c.due_at: (query.due_from, query.due_to),
    }
    found: list[ColumnElement[bool]] = []
    for column, (least, most) in bounds.items():
        found += [column >= least] if least else []
        found += [column <= most] if most else []
    return found


def _page(wanted: Select[tuple[str]], query: TaskQuery) -> Select[tuple[str]]:
    order = [_ordered(name, descending) for name, descending in query.sort]
    return wanted.order_by(*order, tasks.c.id).offset(query.offset).limit(query.limit)


def _ordered(name: str, descending: bool) -> ColumnElement[object]:
    """The databases disagree on where a missing deadline stands; here it is the last."""
    column = SORTED_BY[name]
    ordered = column.desc() if descending else column.asc()
    return ordered.nulls_last() if name == "due_at" else ordered
