"""Names of a project's envelopes, found by any part of them.

PostgreSQL has an index of trigrams. SQLite's FTS5 is one too, but merges its parts inside of the
commits that add to it, so names are added to it later, many at once; until then a search reads
them. See decision record 33.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

from sqlalchemy import (
    Integer,
    Select,
    bindparam,
    column,
    delete,
    func,
    insert,
    select,
    table,
    union_all,
)

from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.project_tables import envelope_names, indexed_names
from countersign.adapters.database.transaction import Transaction
from countersign.adapters.database.types import CleanText
from countersign.domain.envelope import Envelope

GRAM = 3  # characters
AT_ONCE = 256  # names that are indexed in one transaction
_NAMES, _LIMIT = envelope_names.c, bindparam("limit", type_=Integer)
_INDEX = table("name_index", column("rowid", Integer), column("name_index"), column("grams"))
_UP_TO = select(func.coalesce(func.max(indexed_names.c.up_to), 0)).scalar_subquery()

_ADD = Prepared(insert(envelope_names))
_REMOVE = Prepared(delete(envelope_names).where(_NAMES.envelope_id == bindparam("id")))
_TABLES = table("sqlite_master", column("name"))
_HAS_INDEX = Prepared(select(_TABLES.c.name).where(_TABLES.c.name == "name_index"))
_WAITING = Prepared(
    select(_NAMES.number, _NAMES.project_id, _NAMES.folded_name)
    .where(_NAMES.number > _UP_TO)
    .order_by(_NAMES.number)
    .limit(_LIMIT)
)
_FORGET, _INDEXED = Prepared(delete(indexed_names)), Prepared(insert(indexed_names))


def _among_indexed() -> Select[Any]:
    holding = _INDEX.c.name_index.op("MATCH")(bindparam("grams"))
    found = select(_INDEX.c.rowid.label("number")).where(holding).limit(_LIMIT).subquery()
    named = found.outerjoin(envelope_names, _NAMES.number == found.c.number)
    return select(_NAMES.envelope_id).select_from(named)


def _among_waiting() -> Select[Any]:
    found = (
        select(_NAMES.envelope_id)
        .where(
            _NAMES.number > _UP_TO,
            _NAMES.project_id == bindparam("project_id"),
            func.instr(_NAMES.folded_name, bindparam("part", type_=CleanText)) > 0,
        )
        .limit(_LIMIT)
        .subquery()
    )
    return select(found.c.envelope_id)


def _holding() -> Select[Any]:
    """OFFSET 0 keeps the planner from reading names one by one until the limit is reached."""
    part = bindparam("part", type_=CleanText)
    found = (
        select(_NAMES.envelope_id)
        .where(
            _NAMES.project_id == bindparam("project_id"),
            _NAMES.folded_name.contains(part, autoescape=False),
        )
        .offset(0)
        .subquery()
    )
    return select(found.c.envelope_id).limit(_LIMIT)


# One statement, so that no name goes from the one to the other in between
_LIKE_SQLITE = Prepared(union_all(_among_indexed(), _among_waiting()))
_LIKE_POSTGRES = Prepared(_holding())


class Names:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, envelope: Envelope) -> bool:
        """Whether it is time to index those that wait: at every 256th name, more or less."""
        row = {
            "envelope_id": envelope.id,
            "project_id": envelope.project_id,
            "folded_name": envelope.name.casefold(),
        }
        self._tx.write(_ADD, row)
        return self._tx.is_sqlite and not crc32(envelope.id.encode()) % AT_ONCE

    def change(self, envelope: Envelope) -> bool:
        """As `add`. What an index says of the old name's number is about nothing from now on."""
        self._tx.write(_REMOVE, {"id": envelope.id})
        return self.add(envelope)

    def like(self, project_id: str, part: str, limit: int) -> Sequence[str] | None:
        """Envelopes in whose names `part` may be, all that are. None when there may be more than
        `limit`, or no index knows."""
        if len(part) < GRAM or (self._tx.is_sqlite and not self._has_index()):
            return None
        values = {"project_id": project_id, "limit": limit + 1}
        if self._tx.is_sqlite:
            values |= {"grams": " AND ".join(_grams(project_id, part)), "part": part}
            found = self._tx.read(_LIKE_SQLITE, values).all()
        else:
            found = self._tx.read(_LIKE_POSTGRES, values | {"part": _escaped(part)}).all()
        return None if len(found) > limit else [row[0] for row in found if row[0] is not None]

    def index(self) -> bool:
        """Indexes some names that wait. Whether more do."""
        if not self._tx.is_sqlite or not self._has_index():
            return False
        waiting = self._tx.read(_WAITING, {"limit": AT_ONCE}).all()
        if waiting:
            self._tx.write(insert(_INDEX), [_entry(row) for row in waiting])
            self._tx.write(_FORGET)
            self._tx.write(_INDEXED, {"up_to": waiting[-1].number})
        return len(waiting) == AT_ONCE

    def _has_index(self) -> bool:
        """SQLite may have been built without FTS5."""
        return self._tx.read(_HAS_INDEX).one_or_none() is not None


def _entry(row: Any) -> dict[str, Any]:
    return {"rowid": row.number, "grams": " ".join(_grams(row.project_id, row.folded_name))}


def _grams(project_id: str, name: str) -> set[str]:
    """Every three characters that follow each other, as words of ASCII that no other project has:
    what one searches costs as much as one has."""
    place = f"{crc32(project_id.encode()):08x}"
    return {
        place + name[start : start + GRAM].encode().hex() for start in range(len(name) - GRAM + 1)
    }


def _escaped(part: str) -> str:
    """For LIKE, whose own escape character is the backslash."""
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
