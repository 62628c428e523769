"""Lists of tasks.

A list by state is as quick among a million tasks as among a thousand: its total is a sum of counts
that are kept, and its page is read from the end of one index for each state. What is bounded by
the time of creation is counted from an index that holds all that is asked; a part of the title is
looked for in every title. See decision record 37.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Executable, Select, case, desc, func, select, union_all

from countersign.adapters.database.tables import IS_LISTED, envelopes, tasks
from countersign.adapters.database.task_counts import TaskCounts, day_of, start_of
from countersign.adapters.database.task_rows import task as task_of
from countersign.adapters.database.transaction import Transaction
from countersign.domain.task import Task
from countersign.usecases.library_ports import TaskQuery

SORTED_BY: Mapping[str, ColumnElement[Any]] = {
    "created_at": tasks.c.created_at,
    "due_at": tasks.c.due_at,
    "title": tasks.c.folded_title,
}
INDEXED = ("created_at", "due_at")
FEW = 10_000  # tasks between two times that are sorted in another order sooner than found in it
TICK = timedelta(microseconds=1)
FAR = 10_000_000  # a day that nobody sees
SINCE = datetime(1970, 1, 2, tzinfo=UTC)  # earlier than any deadline


class Tasks:
    """The port of the same name."""

    def __init__(self, transaction: Transaction, counts: TaskCounts) -> None:
        self._tx, self._counts = transaction, counts

    def find(self, query: TaskQuery) -> tuple[Sequence[Task], int]:
        ids, total = self._ids(query)
        rows = self._tx.read(select(tasks).where(tasks.c.id.in_(ids))).all() if ids else ()
        # Nobody asks a list whose eID it must be
        found = {row.id: task_of(row._asdict() | {"national_id": None}, {}) for row in rows}
        return [found[id] for id in ids if id in found], total

    def _ids(self, query: TaskQuery) -> tuple[Sequence[str], int]:
        counts = self._counts.of_account(query.account_id)
        if any(origin != query.origin for origin, _ in counts):
            return self._looked_at(query, _of_origin(query.origin))
        if query.title:
            return self._looked_at(query)
        wanted = {
            status: count
            for (_, status), count in counts.items()
            if not query.statuses or status in query.statuses
        }
        total = self._total(query, wanted)
        return self._page(query, sorted(wanted), total), total

    def _looked_at(self, query: TaskQuery, *more: ColumnElement[bool]) -> tuple[Sequence[str], int]:
        """Every task of the account is."""
        wanted = select(tasks.c.id).where(*_listed(query), *_bounds(query), *more)
        if query.statuses:
            wanted = wanted.where(tasks.c.status.in_(query.statuses))
        if query.title:
            part = query.title.casefold()
            wanted = wanted.where(tasks.c.folded_title.contains(part, autoescape=True))
        total = self._tx.read(select(func.count()).select_from(wanted.subquery())).scalar_one()
        return self._tx.read(_in_order(wanted, query)).scalars().all(), total

    # -------------------------------------------------------------- totals

    def _total(self, query: TaskQuery, wanted: Mapping[str, int]) -> int:
        if query.created_from or query.created_to:
            return sum(self._count(query, status, *_bounds(query)) for status in wanted)
        if query.due_from or query.due_to:
            return sum(self._due(query, status) for status in wanted)
        return sum(wanted.values())

    def _due(self, query: TaskQuery, status: str) -> int:
        """Whole days from what is kept, and what lies before and after them from the index."""
        first = day_of(query.due_from - TICK) + 1 if query.due_from else 0
        last = day_of(query.due_to + TICK) - 1 if query.due_to else FAR
        if first > last:
            return self._count(query, status, *_bounds(query))
        whole = self._counts.due(query.account_id, query.origin, status, first, last)
        ends: list[ColumnElement[bool]] = []
        if query.due_from:
            ends.append(tasks.c.due_at.between(query.due_from, start_of(first) - TICK))
        if query.due_to:
            ends.append(tasks.c.due_at.between(start_of(last + 1), query.due_to))
        return whole + sum(self._count(query, status, end) for end in ends)

    def _count(self, query: TaskQuery, status: str, *bounds: ColumnElement[bool]) -> int:
        wanted = select(func.count()).where(*_of_state(query, status), *bounds)
        number: int = self._tx.read(wanted).scalar_one()
        return number

    # -------------------------------------------------------------- pages

    def _page(self, query: TaskQuery, statuses: Sequence[str], total: int) -> Sequence[str]:
        if query.offset >= total:
            return []
        if _is_unbounded_by_due(query):
            due = sum(self._due(replace(query, due_from=SINCE), status) for status in statuses)
            if query.offset + query.limit <= due:
                query, total = replace(query, due_from=SINCE), due
        if not _is_in_an_index(query) or (_is_bounded_otherwise(query) and total <= FEW):
            return self._tx.read(_sorted(query, statuses)).scalars().all()
        offset, limit, backwards = _from_the_nearer_end(query, total)
        page = _merged(
            replace(query, offset=offset, limit=limit),
            statuses,
            descending=query.sort[0][1] is not backwards,
            limited=not self._tx.is_sqlite,
        )
        ids = self._tx.read(page).scalars().all()
        return ids[::-1] if backwards else ids


def _is_unbounded_by_due(query: TaskQuery) -> bool:
    """Sorted by deadlines, which not all have; those that have none are last."""
    other = (query.due_from, query.due_to, query.created_from, query.created_to)
    return [key for key, _ in query.sort] == ["due_at"] and not any(other)


def _is_in_an_index(query: TaskQuery) -> bool:
    """The databases disagree on where a missing deadline stands, so indexes serve deadlines only
    where none is missing."""
    if len(query.sort) != 1 or query.sort[0][0] not in INDEXED:
        return False
    return query.sort[0][0] == "created_at" or bool(query.due_from or query.due_to)


def _is_bounded_otherwise(query: TaskQuery) -> bool:
    """By something else than it is sorted by."""
    created, due = query.created_from or query.created_to, query.due_from or query.due_to
    return bool(due if query.sort[0][0] == "created_at" else created)


def _from_the_nearer_end(query: TaskQuery, total: int) -> tuple[int, int, bool]:
    """Offset and number of the page's tasks, and whether they are counted from the end."""
    limit = min(query.limit, total - query.offset)
    if query.offset <= total // 2:
        return query.offset, limit, False
    return total - query.offset - limit, limit, True


# ------------------------------------------------------------------ statements


def _sorted(query: TaskQuery, statuses: Sequence[str]) -> Select[tuple[str]]:
    """Found by what bounds them and then sorted: what is sorted by must look as if it were in no
    index."""
    wanted = select(tasks.c.id).where(*_listed(query), tasks.c.status.in_(statuses))
    return _in_order(wanted.where(*_bounds(query)), query, hidden=True)


def _in_order(
    wanted: Select[tuple[str]], query: TaskQuery, *, hidden: bool = False
) -> Select[tuple[str]]:
    """Equal ones are sorted by id, in the direction of the last key."""
    keys = [(_key(name, query), descending) for name, descending in query.sort]
    if hidden:
        keys = [(_hidden(key), descending) for key, descending in keys]
    keys.append((tasks.c.id, keys[-1][1] if keys else False))
    order = [(key.desc() if descending else key.asc()).nulls_last() for key, descending in keys]
    return wanted.order_by(*order).offset(query.offset).limit(query.limit)


def _key(name: str, query: TaskQuery) -> ColumnElement[Any]:
    if name != "status":
        return SORTED_BY[name]
    places = {status: place for place, status in enumerate(query.status_order)}
    return case(places, value=tasks.c.status, else_=len(places))


def _merged(
    query: TaskQuery, statuses: Sequence[str], *, descending: bool, limited: bool
) -> Executable:
    """From the end of each state's part of an index. SQLite merges the parts and reads no further
    than the page; PostgreSQL does when each is `limited`, which would make SQLite sort them."""
    key, id = SORTED_BY[query.sort[0][0]], tasks.c.id
    order = [each.desc() if descending else each for each in (key, id)]
    bounds = _bounds(query, sorted_by=key)
    every = select(id, key.label("key"))
    branches: list[Any] = [every.where(*_of_state(query, each), *bounds) for each in statuses]
    if len(branches) == 1:
        page: Executable = branches[0].order_by(*order).offset(query.offset).limit(query.limit)
        return page
    if limited:
        most = query.offset + query.limit
        branches = [branch.order_by(*order).limit(most) for branch in branches]
    merged: list[Any] = [desc(name) if descending else name for name in ("key", "id")]
    return union_all(*branches).order_by(*merged).offset(query.offset).limit(query.limit)


def _listed(query: TaskQuery) -> Sequence[ColumnElement[bool]]:
    """In the words of the indexes, so that the database sees that they serve."""
    return tasks.c.account_id == query.account_id, cast("ColumnElement[bool]", IS_LISTED)


def _of_state(query: TaskQuery, status: str) -> Sequence[ColumnElement[bool]]:
    return *_listed(query), tasks.c.status == status


def _of_origin(origin: str) -> ColumnElement[bool]:
    home = select(envelopes.c.id).where(
        envelopes.c.id == tasks.c.envelope_id, envelopes.c.origin == origin
    )
    return home.exists()


def _bounds(
    query: TaskQuery, sorted_by: ColumnElement[Any] | None = None
) -> list[ColumnElement[bool]]:
    """Where it is known which index is to be read, no other may be found by its bounds."""
    bounds = {
        tasks.c.created_at: (query.created_from, query.created_to),
        tasks.c.due_at: (query.due_from, query.due_to),
    }
    found: list[ColumnElement[bool]] = []
    for column, (least, most) in bounds.items():
        key = column if sorted_by is None or sorted_by is column else _hidden(column)
        found += [key >= least] if least else []
        found += [key <= most] if most else []
    return found


def _hidden(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(column, column)
