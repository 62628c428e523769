"""A task as rows and back, as `envelope_rows` does with the rest of an envelope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid5

from countersign.adapters.database.types import EPOCH, MICROSECOND
from countersign.domain.archive import Archiving, Period
from countersign.domain.document import FileRef
from countersign.domain.envelope import Envelope
from countersign.domain.task import (
    BY_MAIL,
    Act,
    Action,
    Area,
    Dialog,
    Field,
    FieldKind,
    Person,
    Task,
    TaskStatus,
    Visitor,
)

Row = dict[str, Any]


def visitor_json(visitor: Visitor) -> Row:
    return {"ip": visitor.ip, "user_agent": visitor.user_agent, "locale": visitor.locale}


def _row_id(envelope_id: str, task: Task) -> str:
    """A guest's row has an id of its own, which follows from the envelope and the task."""
    return str(uuid5(UUID(envelope_id), task.id)) if task.guest else task.id


def task_row(envelope: Envelope, position: int, task: Task) -> Row:
    return {
        "id": _row_id(envelope.id, task),
        "guest_of": task.id if task.guest else None,
        "envelope_id": envelope.id,
        "account_id": envelope.account_id,
        "position": position,
        "title": task.title,
        "folded_title": task.title.casefold(),
        "created_at": task.created_at,
        "link_expires_at": task.link_expires_at,
        "sign_text": task.sign_text,
        "message": task.message,
        "packaged": task.packaged,
        "removed": task.removed,
        "redirects": task.redirects,
        "identity_choice": list(task.identity_choice),
        "viewed": list(task.viewed),
        "asks": _asks_json(task),
        "forwarding": _forwarding_json(task),
        "archiving": _archiving_json(task.archiving) if task.archiving else None,
        "is_text": task.is_text,
        "name": task.person.name,
        "email": task.person.email,
        "phone": task.person.phone,
        "person_title": task.person.title,
        "fields": [_field_json(box) for box in task.fields],
        "after": list(task.after),
        "methods": list(task.methods),
        "identity": list(task.identity),
        "identified": list(task.identified),
        "language": task.language,
        "status": task.status.value,
        "due_at": task.due_at,
        "opened_at": task.opened_at,
        "completed_at": task.completed_at,
        "reminded_at": task.reminded_at,
        "declined_reason": task.declined_reason,
        "image_sha256": task.act.image.sha256 if task.act and task.act.image else None,
        "act": _act_json(task.act) if task.act else None,
        "extras": task.extras,
        "optional": task.optional,
        "national_id": task.person.national_id,
        "person_names": list(task.person.names),
    }


def _asks_json(task: Task) -> Row | None:
    """What few tasks ask of their people, or know of them; None when it is nothing."""
    dialog = task.dialog
    asks = {
        "must_view": task.must_view,
        "interface": task.interface,
        "dialog": [dialog.title, dialog.message] if dialog else None,
        "sign_entries": dict(task.sign_entries),
        "number_by": list(task.number_by),
        "names_by": list(task.names_by),
    }
    by = task.person.reached_by
    elsewise = {} if by == BY_MAIL else {"reached_by": list(by)}
    return asks | elsewise if elsewise or any(asks.values()) else None


def _forwarding_json(task: Task) -> Row | None:
    forwarding = {"may": task.may_forward, "from": task.forwarded_from, "to": task.forwarded_to}
    return forwarding if any(forwarding.values()) else None


def _archiving_json(archiving: Archiving) -> Row:
    period = archiving.keep_for
    kept = [period.months, period.rest // MICROSECOND] if period else None
    return {"documents": list(archiving.documents), "keep_for": kept}


def _field_json(box: Field) -> Row:
    own_form = {
        "value": box.value,
        "options": [list(option) for option in box.options],
        "form_name": box.form_name,
    }
    return {
        "id": box.id,
        "document_id": box.document_id,
        "kind": box.kind.value,
        "name": box.name,
        "area": _area_json(box.area),
        "required": box.required,
        **{name: value for name, value in own_form.items() if value},
    }


def _area_json(area: Area) -> Row:
    return {"page": area.page, "x": area.x, "y": area.y, "w": area.w, "h": area.h}


def _act_json(act: Act) -> Row:
    return {
        "method": act.method,
        "consent": act.consent,
        "visitor": visitor_json(act.visitor),
        "at_us": (act.at - EPOCH) // MICROSECOND,
        "image": [act.image.sha256, act.image.size] if act.image else None,
        "text": act.text,
        "values": dict(act.values),
    }


def action_rows(envelope_id: str, task: Task) -> Iterable[Row]:
    for position, (document_id, action) in enumerate(task.actions.items()):
        yield {
            "task_id": _row_id(envelope_id, task),
            "position": position,
            "document_id": document_id,
            "envelope_id": envelope_id,
            "action": action.value,
        }


def task(row: Row, actions: Mapping[str, Action]) -> Task:
    asks, forwarding = row["asks"] or {}, row["forwarding"] or {}
    dialog = asks.get("dialog")
    return Task(
        viewed=tuple(row["viewed"]),
        must_view=asks.get("must_view", False),
        interface=asks.get("interface", ""),
        dialog=Dialog(title=dialog[0], message=dialog[1]) if dialog else None,
        sign_entries=asks.get("sign_entries", {}),
        number_by=tuple(asks.get("number_by", ())),
        names_by=tuple(asks.get("names_by", ())),
        may_forward=forwarding.get("may", False),
        forwarded_from=forwarding.get("from", ""),
        forwarded_to=forwarding.get("to", ""),
        id=row["guest_of"] or row["id"],
        guest=row["guest_of"] is not None,
        title=row["title"],
        created_at=row["created_at"],
        link_expires_at=row["link_expires_at"],
        sign_text=row["sign_text"],
        message=row["message"],
        packaged=row["packaged"],
        removed=row["removed"],
        redirects=row["redirects"],
        identity_choice=tuple(row["identity_choice"]),
        archiving=_archiving(row["archiving"]) if row["archiving"] else None,
        is_text=row["is_text"],
        person=_person(row, asks.get("reached_by", BY_MAIL)),
        actions=actions,
        fields=tuple(_field(values) for values in row["fields"]),
        after=tuple(row["after"]),
        methods=tuple(row["methods"]),
        identity=tuple(row["identity"]),
        identified=tuple(row["identified"]),
        language=row["language"],
        status=TaskStatus(row["status"]),
        due_at=row["due_at"],
        opened_at=row["opened_at"],
        completed_at=row["completed_at"],
        reminded_at=row["reminded_at"],
        declined_reason=row["declined_reason"],
        act=_act(row["act"]) if row["act"] else None,
        extras=row["extras"],
        optional=row["optional"],
    )


def _person(row: Row, reached_by: Iterable[str]) -> Person:
    return Person(
        reached_by=tuple(reached_by),
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        title=row["person_title"],
        national_id=row["national_id"],
        names=tuple(row["person_names"]),
    )


def _archiving(values: Row) -> Archiving:
    months, rest = values["keep_for"] or (0, 0)
    period = Period(months, rest * MICROSECOND) if values["keep_for"] else None
    return Archiving(tuple(values["documents"]), period)


def _field(values: Row) -> Field:
    options = tuple((known, shown) for known, shown in values.get("options", ()))
    read = {"kind": FieldKind(values["kind"]), "area": Area(**values["area"]), "options": options}
    return Field(**{**values, **read})


def _act(values: Row) -> Act:
    return Act(
        method=values["method"],
        consent=values["consent"],
        visitor=Visitor(**values["visitor"]),
        at=EPOCH + values["at_us"] * MICROSECOND,
        image=FileRef(*values["image"]) if values["image"] else None,
        text=values["text"],
        values=values["values"],
    )
