"""The list of all envelopes of an account, newest first.

A page begins behind the last envelope of the page before, so the thousandth is as quick as the
first. Each state has an index of its own order; a search looks at names until a page is full.
Decision record 73.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, desc, func, or_, select, union_all

from countersign.adapters.database.access import is_seen_by
from countersign.adapters.database.tables import envelopes, tasks
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.envelope import EnvelopeStatus
from countersign.domain.task import TaskStatus
from countersign.usecases.account_list import ListQuery, Row

_SHOWN = (
    envelopes.c.id,
    envelopes.c.name,
    envelopes.c.origin,
    envelopes.c.environment,
    envelopes.c.status,
    envelopes.c.created_at,
    envelopes.c.due_at,
)


_VISIBLE = tuple(one.value for one in EnvelopeStatus if one is not EnvelopeStatus.DELETED)


class StoredAccountList:
    """The port AccountList."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def page(self, query: ListQuery) -> Sequence[Row]:
        ids = self._ids(query)
        if not ids:
            return []
        rows = self._tx.read(select(*_SHOWN).where(envelopes.c.id.in_(ids)))
        found = {row.id: row for row in rows}
        people = self._people(ids)
        return [_row(found[one], *people.get(one, (0, 0))) for one in ids if one in found]

    def _ids(self, query: ListQuery) -> Sequence[str]:
        """From indexes alone, where much is to be looked at."""
        seen = [is_seen_by(query.viewers, self._tx)] if query.viewers else []
        branches = [_branch(query, status).where(*seen).subquery() for status in _states(query)]
        several = union_all(*map(select, branches)).subquery()
        order = (desc(several.c.created_at), desc(several.c.id))
        wanted = select(several.c.id).order_by(*order).limit(query.limit)
        return self._tx.read(wanted).scalars().all()

    def _people(self, ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        if not ids:
            return {}
        is_done = case((tasks.c.status == TaskStatus.COMPLETED.value, 1), else_=0)
        counted = (
            select(tasks.c.envelope_id, func.sum(is_done), func.count())
            .where(tasks.c.envelope_id.in_(ids), tasks.c.removed.is_(False))
            .group_by(tasks.c.envelope_id)
        )
        return {row[0]: (int(row[1]), row[2]) for row in self._tx.read(counted)}


def _row(found: AnyRow, done: int, people: int) -> Row:
    return Row(**found._mapping, done=done, people=people)


def _states(query: ListQuery) -> Sequence[str | None]:
    """What is read one after the other: the index of states also holds API, name
    and whether it is for everybody."""
    by_name = bool(query.text) and not _is_address(query.text)
    looks_at_many = bool(query.origin) or by_name or bool(query.viewers)
    return query.statuses or (_VISIBLE if looks_at_many else (None,))


def _branch(query: ListQuery, status: str | None) -> Select[Any]:
    key = envelopes.c.created_at, envelopes.c.id
    wanted = select(*key).where(envelopes.c.account_id == query.account_id)
    if status is not None:
        wanted = wanted.where(envelopes.c.status == status)
    else:
        wanted = wanted.where(envelopes.c.status != EnvelopeStatus.DELETED.value)
    return wanted.where(*_conditions(query)).order_by(*map(desc, key)).limit(query.limit)


def _conditions(query: ListQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.origin:
        found.append(envelopes.c.origin == query.origin)
    if query.since is not None:
        found.append(envelopes.c.created_at >= query.since)
    if query.until is not None:
        found.append(envelopes.c.created_at < query.until)
    if query.behind is not None:
        at, id = query.behind.created_at, query.behind.id
        # The first half is for the index; databases don't see it in the second
        found.append(envelopes.c.created_at <= at)
        older = envelopes.c.created_at < at
        found.append(or_(older, and_(envelopes.c.created_at == at, envelopes.c.id < id)))
    if query.text:
        found.append(_mentions(query.text))
    return found


def _mentions(text: str) -> ColumnElement[bool]:
    """Addresses are in an index; a name is looked for in every name."""
    if not _is_address(text):
        return envelopes.c.folded_name.contains(text.casefold(), autoescape=True)
    written = tasks.c.email.in_(sorted({text, text.lower()}))
    return envelopes.c.id.in_(select(tasks.c.envelope_id).where(written))


def _is_address(text: str) -> bool:
    return "@" in text
