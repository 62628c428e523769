"""Which envelopes a list shows, and how many match.

A list of a project by state is as quick among a million envelopes as among a thousand: its total
is a sum of counts that are kept, and its page is read from the end of one index for each state
that has envelopes. A search reads the names; everything else is counted. See decision record 33.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    desc,
    func,
    not_,
    select,
    union_all,
)

from countersign.adapters.database.names import Names
from countersign.adapters.database.projects import Counts, State
from countersign.adapters.database.tables import envelopes, tasks
from countersign.adapters.database.transaction import Transaction
from countersign.domain.envelope import EnvelopeStatus
from countersign.usecases.ports import EnvelopeHead, EnvelopeQuery

IDS: BindParameter[str] = bindparam("ids", expanding=True)
OFFSET: BindParameter[int] = bindparam("offset")
LIMIT: BindParameter[int] = bindparam("limit")
FEW = 200  # envelopes that are sorted by looking at each
SORTED_BY = {
    "created_at": envelopes.c.created_at,
    "updated_at": envelopes.c.updated_at,
    "name": envelopes.c.folded_name,
}
_HEADS = select(
    envelopes.c.id,
    envelopes.c.project_id,
    envelopes.c.name,
    envelopes.c.status,
    envelopes.c.begun,
    envelopes.c.created_at,
    envelopes.c.updated_at,
    envelopes.c.due_at,
    envelopes.c.completed_at,
).where(envelopes.c.id.in_(IDS))


class Listing:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction
        self._counts, self._names = Counts(transaction), Names(transaction)

    def ids(self, query: EnvelopeQuery) -> tuple[Sequence[str], int]:
        """One page in its order, and the number of all that match."""
        if query.project_id is None or _looks_inside(query):
            return self._counted(_matching(query), query)
        counts = self._counts.of_project(query.account_id, query.project_id)
        wanted = {state: count for state, count in counts.items() if _is_wanted(state, query)}
        others = {state.place for state in counts if state not in wanted}
        if not others.isdisjoint(state.place for state in wanted):
            return self._counted(_matching(query), query)
        if query.name and wanted:
            return self._searched(replace(query, origin=None, environment=None))
        return self._of_states(query, wanted, everything=not others)

    def heads(self, query: EnvelopeQuery) -> tuple[Sequence[EnvelopeHead], int]:
        ids, total = self.ids(query)
        rows = self._tx.read(_HEADS, {"ids": ids}).all() if ids else ()
        found = {row.id: row._mapping for row in rows}
        shown = [found[id] for id in ids if id in found]
        return [
            EnvelopeHead(**{**one, "status": EnvelopeStatus(one.status)}) for one in shown
        ], total

    def _of_states(
        self, query: EnvelopeQuery, wanted: Mapping[State, int], *, everything: bool
    ) -> tuple[Sequence[str], int]:
        """Those of whole states, which their counts tell."""
        total = sum(wanted.values())
        offset, limit, backwards = _from_the_nearer_end(query, total)
        if not limit:
            return [], total
        in_one = everything and query.sort == "created_at"
        places = [] if in_one else sorted({state.place for state in wanted})
        order = query.sort, query.descending is not backwards
        page = _page(len(places), *order, limited=not self._tx.is_sqlite)
        values = _values(places) | {"offset": offset, "limit": limit}
        ids = self._tx.read(page, values | {"project_id": query.project_id}).scalars().all()
        return ids[::-1] if backwards else ids, total

    def _searched(self, query: EnvelopeQuery) -> tuple[Sequence[str], int]:
        """Where no index of parts tells which few may match, the names are read. They are in an
        index with all that `query` may ask besides, so that nothing else is."""
        named = select(envelopes.c.id).where(*_conditions(query))
        few = self._names.like(query.project_id or "", query.name.casefold(), FEW)
        among = named if few is None else named.where(envelopes.c.id.in_(few))
        ids = self._tx.read(among.limit(FEW + 1)).scalars().all()
        if len(ids) > FEW:
            return self._counted(named, query)
        page = _in_order(select(envelopes.c.id).where(envelopes.c.id.in_(ids)), query)
        return self._tx.read(page).scalars().all(), len(ids)

    def _counted(
        self, wanted: Select[tuple[str]], query: EnvelopeQuery
    ) -> tuple[Sequence[str], int]:
        total = self._tx.read(select(func.count()).select_from(wanted.subquery())).scalar_one()
        return self._tx.read(_in_order(wanted, query)).scalars().all(), total


def _in_order(wanted: Select[tuple[str]], query: EnvelopeQuery) -> Select[tuple[str]]:
    order = [SORTED_BY[query.sort], envelopes.c.id]
    page = wanted.order_by(*(one.desc() if query.descending else one for one in order))
    return page.offset(query.offset).limit(query.limit)


# ------------------------------------------------------------------ by state


def _looks_inside(query: EnvelopeQuery) -> bool:
    """Whether something else is to be looked at than what is counted, and names."""
    other = (query.credential_ids, query.opened, query.folder)
    return any(one is not None for one in other) or bool(query.task_statuses)


def _is_wanted(state: State, query: EnvelopeQuery) -> bool:
    return (
        query.origin in (None, state.origin)
        and query.environment in (None, state.environment)
        and (not query.statuses or state.status in query.statuses)
        and query.begun in (None, state.begun)
    )


def _from_the_nearer_end(query: EnvelopeQuery, total: int) -> tuple[int, int, bool]:
    """Offset and number of the page's envelopes, and whether they are counted from the end."""
    limit = max(0, min(query.limit, total - query.offset))
    if query.offset <= total // 2:
        return query.offset, limit, False
    return total - query.offset - limit, limit, True


@cache
def _page(places: int, sort: str, descending: bool, *, limited: bool) -> Any:
    """A page of all envelopes, or of those in so many places of the index, where each state is
    sorted for itself. SQLite merges them and reads no further than the page;
    PostgreSQL does when each is `limited`, which would make SQLite sort them."""
    key, id = SORTED_BY[sort], envelopes.c.id
    order = [one.desc() if descending else one for one in (key, id)]
    every = select(id, key.label("key")).where(envelopes.c.project_id == bindparam("project_id"))
    if not places:
        return every.order_by(*order).offset(OFFSET).limit(LIMIT)
    branches = [every.where(*_in_place(number)) for number in range(places)]
    if places == 1:
        return branches[0].order_by(*order).offset(OFFSET).limit(LIMIT)
    if limited:
        branches = [branch.order_by(*order).limit(OFFSET + LIMIT) for branch in branches]
    merged: list[Any] = [desc(name) if descending else name for name in ("key", "id")]
    return union_all(*branches).order_by(*merged).offset(OFFSET).limit(LIMIT)


def _in_place(number: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        envelopes.c.status == bindparam(f"status_{number}"),
        envelopes.c.begun == bindparam(f"begun_{number}"),
    )


def _values(places: Sequence[tuple[str, bool]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for number, (status, begun) in enumerate(places):
        values |= {f"status_{number}": status, f"begun_{number}": begun}
    return values


# ------------------------------------------------------------------ by anything


def _matching(query: EnvelopeQuery) -> Select[tuple[str]]:
    of_account = envelopes.c.account_id == query.account_id
    return select(envelopes.c.id).where(of_account, *_conditions(query))


def _conditions(query: EnvelopeQuery) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column in ("project_id", "folder", "origin", "environment", "begun"):
        if (value := getattr(query, column)) is not None:
            found.append(envelopes.c[column] == value)
    if query.credential_ids is not None:
        found.append(envelopes.c.credential_id.in_(query.credential_ids))
    if query.statuses:
        found.append(envelopes.c.status.in_(query.statuses))
    if query.task_statuses or query.opened is not None:
        found.append(_some_task(query).exists())
    if query.name:
        found.append(envelopes.c.folded_name.contains(query.name.casefold(), autoescape=True))
    return found


def _some_task(query: EnvelopeQuery) -> Select[tuple[str]]:
    wanted = select(tasks.c.id).where(tasks.c.envelope_id == envelopes.c.id)
    if query.task_statuses:
        wanted = wanted.where(tasks.c.status.in_(query.task_statuses))
    if query.opened is not None:
        was_opened = tasks.c.opened_at.is_not(None)
        wanted = wanted.where(was_opened if query.opened else not_(was_opened))
    return wanted
