"""Projects, and how many envelopes each has in every state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from zlib import crc32

from sqlalchemy import Executable, bindparam, delete, func, insert, select, update

from countersign.adapters.database.engine import BrokenReference
from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.project_tables import envelope_counts, projects
from countersign.adapters.database.settings_rows import after_json, branding, branding_json
from countersign.adapters.database.transaction import Transaction
from countersign.domain.envelope import AfterSigning, Envelope
from countersign.domain.errors import NotFound, ProjectInUse, StaleState
from countersign.domain.project import Project, ProjectSettings
from countersign.usecases.ports import ProjectQuery

SLOTS = 16

_ONE = projects.c.account_id == bindparam("of_account"), projects.c.id == bindparam("of_id")
_GET = Prepared(select(projects).where(*_ONE))
_SAVE = update(projects).where(*_ONE, projects.c.version == bindparam("of_version"))
_REMOVE = delete(projects).where(*_ONE)
_FORGET_COUNTS = (
    delete(envelope_counts)
    .where(
        envelope_counts.c.account_id == bindparam("of_account"),
        envelope_counts.c.project_id == bindparam("of_id"),
    )
    .returning(envelope_counts.c.count)
)
_STATE = tuple(envelope_counts.c[name] for name in ("origin", "environment", "status", "begun"))
_COUNTS = Prepared(
    select(*_STATE, func.sum(envelope_counts.c.count))
    .where(
        envelope_counts.c.account_id == bindparam("of_account"),
        envelope_counts.c.project_id == bindparam("of_id"),
    )
    .group_by(*_STATE)
)


def _counting(insert: Any) -> Executable:
    put = insert(envelope_counts)
    statement: Executable = put.on_conflict_do_update(
        index_elements=list(envelope_counts.primary_key),
        set_={"count": envelope_counts.c.count + put.excluded.count},
    )
    return statement


_COUNT = Prepared(_counting)


class State(NamedTuple):
    """What the envelopes of a project are counted by."""

    origin: str
    environment: str
    status: str
    begun: bool

    @property
    def place(self) -> tuple[str, bool]:
        """Where the state's envelopes stand in the indexes of `envelopes`."""
        return self.status, self.begun


class Projects:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, project: Project) -> None:
        self._tx.write(insert(projects), _row(project))

    def get(self, account_id: str, project_id: str) -> Project:
        key = {"of_account": account_id, "of_id": project_id}
        found = self._tx.read(_GET, key).one_or_none()
        if found is None:
            raise NotFound("project", project_id)
        return _project(found)

    def find(self, query: ProjectQuery) -> tuple[Sequence[Project], int]:
        wanted = select(projects).where(projects.c.account_id == query.account_id)
        if query.search:
            part = query.search.casefold()
            wanted = wanted.where(projects.c.folded_name.contains(part, autoescape=True))
        total = self._tx.read(select(func.count()).select_from(wanted.subquery())).scalar_one()
        key = projects.c["folded_name" if query.sort == "name" else query.sort]
        order = [one.desc() if query.descending else one for one in (key, projects.c.id)]
        page = wanted.order_by(*order).offset(query.offset).limit(query.limit)
        return [_project(row) for row in self._tx.read(page)], total

    def save(self, project: Project) -> None:
        key = _key(project) | {"of_version": project.version}
        changed = _row(replace(project, version=project.version + 1))
        if self._tx.write(_SAVE.values(changed), key).rowcount != 1:
            self.get(project.account_id, project.id)
            raise StaleState()

    def remove(self, project: Project) -> None:
        """Whoever adds an envelope at this moment holds a row of its counts, or makes a new one,
        which the foreign key then sees."""
        try:
            if any(self._tx.write(_FORGET_COUNTS, _key(project)).scalars()):
                raise ProjectInUse()
            removed = self._tx.write(_REMOVE, _key(project)).rowcount
        except BrokenReference:
            raise ProjectInUse() from None
        if removed != 1:
            raise NotFound("project", project.id)


# ------------------------------------------------------------------ counts


class Counts:
    """How many envelopes of a project are in each state."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def of_project(self, account_id: str, project_id: str) -> Mapping[State, int]:
        key = {"of_account": account_id, "of_id": project_id}
        found = self._tx.read(_COUNTS, key)
        return {State(*state): int(count) for *state, count in found if count}

    def added(self, envelope: Envelope) -> None:
        self._write([_count(envelope, _state(envelope), 1)], envelope)

    def removed(self, envelope: Envelope) -> None:
        self._write([_count(envelope, _state(envelope), -1)], envelope)

    def moved(self, envelope: Envelope, status: str, begun: bool) -> None:
        """`status` and `begun` are what the envelope was before. Counts are written in one order,
        so that no two writers wait for each other in turn."""
        after = _state(envelope)
        before = after._replace(status=status, begun=begun)
        if before != after:
            steps = sorted([(before, -1), (after, 1)])
            self._write([_count(envelope, *step) for step in steps], envelope)

    def _write(self, rows: Sequence[Mapping[str, Any]], envelope: Envelope) -> None:
        try:
            self._tx.write(_COUNT, rows)
        except BrokenReference:
            raise NotFound("project", envelope.project_id or "") from None


def _state(envelope: Envelope) -> State:
    return State(envelope.origin, envelope.environment, envelope.status.value, envelope.begun)


def _count(envelope: Envelope, state: State, change: int) -> dict[str, Any]:
    return {
        "account_id": envelope.account_id,
        "project_id": envelope.project_id,
        **state._asdict(),
        # The same one for all changes of an envelope, so that none goes below zero
        "slot": crc32(envelope.id.encode()) % SLOTS,
        "count": change,
    }


# ------------------------------------------------------------------ rows


def _key(project: Project) -> dict[str, str]:
    return {"of_account": project.account_id, "of_id": project.id}


def _row(project: Project) -> dict[str, Any]:
    return {
        "account_id": project.account_id,
        "id": project.id,
        "name": project.name,
        "folded_name": project.name.casefold(),
        "is_default": project.is_default,
        "created_at": project.created_at,
        "updated_at": project.updated_at,
        "settings": _settings_json(project.settings),
        "version": project.version,
    }


def _settings_json(settings: ProjectSettings) -> dict[str, Any]:
    return {
        "notify_people": settings.notify_people,
        "audit_in_document": settings.audit_in_document,
        "chat": settings.chat,
        "methods": list(settings.methods),
        "branding": branding_json(settings.branding),
        "after": after_json(settings.after),
        "reminder_days": settings.reminder_days,
        "widget_origins": list(settings.widget_origins),
    }


def _project(row: Any) -> Project:
    values = row._asdict()
    del values["folded_name"]
    return Project(**{**values, "settings": _settings(values["settings"])})


def _settings(values: Mapping[str, Any]) -> ProjectSettings:
    read: dict[str, Any] = {
        "methods": tuple(values["methods"]),
        "widget_origins": tuple(values.get("widget_origins", ())),
    }
    if "branding" in values:
        read["branding"] = branding(values["branding"])
    if "after" in values:
        read["after"] = AfterSigning(**values["after"])
    return ProjectSettings(**{**values, **read})
