"""Wire → command, pure. The way back is present.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from countersign.dialects.signeum import schemas
from countersign.dialects.signeum.checks import LONGEST_WAIT
from countersign.domain.account import Caller
from countersign.domain.branding import Branding
from countersign.domain.document import FileRef
from countersign.domain.envelope import AfterSigning, EnvelopeSettings, EnvelopeStatus
from countersign.domain.project import STANDARD, Project, ProjectSettings, is_eid
from countersign.domain.task import Action, Person
from countersign.domain.turns import after_orders
from countersign.usecases.ports import EnvelopeQuery, ProjectQuery
from countersign.usecases.send_envelope import NewTask

# The vendor's word for a signature that is neither drawn nor typed
OURS: Mapping[schemas.Method, str] = {
    "drawn": "drawn",
    "typed": "typed",
    "none": "click",
    "bankid_se": "bankid_se",
}
CODE = "email_code"
SORTS = {"createdAt": "created_at", "updatedAt": "updated_at", "name": "name"}


# ------------------------------------------------------------------ what is asked → tasks


def to_tasks(asked: schemas.NewDocument, project: Project) -> tuple[NewTask, ...]:
    """Everybody in the order of the request; lower numbers before higher ones, and nobody waits
    for a reviewer."""
    orders = [each.signingOrder for each in asked.participants]
    reviewers = [each.role == "reviewer" for each in asked.participants]
    methods = to_methods(asked, project)
    return tuple(
        _task(each, after, methods)
        for each, after in zip(asked.participants, after_orders(orders, reviewers), strict=True)
    )


def to_methods(asked: schemas.NewDocument, project: Project) -> tuple[str, ...]:
    chosen = project.settings.methods
    if is_eid(chosen):
        return chosen
    if asked.allowedSigningMethods:
        return tuple(OURS[method] for method in asked.allowedSigningMethods)
    return chosen or STANDARD


def _task(
    asked: schemas.NewParticipant, after: tuple[int, ...], methods: tuple[str, ...]
) -> NewTask:
    signs = asked.role == "signer"
    eids = methods if signs and is_eid(methods) else ()
    return NewTask(
        person=Person(
            name=asked.name.strip(),
            email=asked.email,
            national_id=asked.personalNumber if eids else None,
        ),
        actions={0: Action.SIGN if signs else Action.REVIEW},
        after=after,
        methods=methods,
        identity=((CODE,) if asked.otpEnabled else ()) + eids,
        optional=not signs,
        language=asked.language,
        extras={"signingOrder": asked.signingOrder},
    )


def to_settings(asked: schemas.NewDocument, project: Project) -> EnvelopeSettings:
    """The project's, and what this document has of its own."""
    settings = project.settings
    return EnvelopeSettings(
        send_invitations=settings.notify_people,
        send_final_copy=settings.notify_people,
        after=settings.after,
        branding=settings.branding,
        audit_in_document=settings.audit_in_document,
        chat=settings.chat,
        reminder_days=asked.autoReminderDays or settings.reminder_days,
        callback_url=asked.callbackUrl or "",
    )


def deadline(asked: schemas.NewDocument, now: datetime) -> datetime:
    """In UTC; that which was asked for has been checked."""
    return asked.signingDeadline.astimezone(UTC) if asked.signingDeadline else now + LONGEST_WAIT


def to_mapping(asked: schemas.NewDocument) -> dict[int, int] | None:
    """Index of a role to index of a task."""
    if asked.roleMapping is None:
        return None
    return {int(role): participant for role, participant in asked.roleMapping.items()}


# ------------------------------------------------------------------ projects


def changed_settings(
    asked: schemas.SettingsInput, old: ProjectSettings, logo: FileRef | None
) -> ProjectSettings:
    """`old` with what was given, and nothing else, changed; `logo` is what was at a new address."""
    given = asked.model_fields_set
    return ProjectSettings(
        notify_people=_given(asked, "emailNotificationsEnabled", old.notify_people),
        audit_in_document=_given(asked, "includeAuditInDocument", old.audit_in_document),
        chat=_given(asked, "chatEnabled", old.chat),
        methods=_chosen(asked.allowedSigningMethods)
        if "allowedSigningMethods" in given
        else old.methods,
        branding=_branding(asked.branding, old.branding, logo),
        after=_after(asked.postSigning, old.after),
        reminder_days=_given(asked, "autoReminderDays", old.reminder_days),
        widget_origins=tuple(_given(asked, "widgetOrigins", old.widget_origins)),
    )


def _given(asked: schemas.Input, name: str, otherwise: Any) -> Any:
    return getattr(asked, name) if name in asked.model_fields_set else otherwise


def _chosen(methods: Sequence[schemas.Method]) -> tuple[str, ...]:
    everything = set(methods) == set(schemas.ALL_METHODS)
    return () if everything else tuple(OURS[method] for method in methods)


def _branding(asked: schemas.BrandingInput, old: Branding, logo: FileRef | None) -> Branding:
    """A logo that was uploaded has no address, so writing back none leaves it."""
    url = _given(asked, "logoUrl", old.logo_url) or ""
    return Branding(
        company_name=_given(asked, "companyName", old.company_name) or "",
        logo=logo or (old.logo if url == old.logo_url else None),
        logo_url=url,
        primary_color=_given(asked, "primaryColor", old.primary_color) or "",
        secondary_color=_given(asked, "secondaryColor", old.secondary_color) or "",
    )


def _after(asked: schemas.AfterInput, old: AfterSigning) -> AfterSigning:
    return AfterSigning(
        type=_given(asked, "type", old.type),
        message=_given(asked, "message", old.message) or "",
        url=_given(asked, "redirectUrl", old.url) or "",
    )


# ------------------------------------------------------------------ lists


# What a document's status asks for: states of the envelope, and whether somebody has signed
ASKED_FOR: Mapping[schemas.DocumentStatus | None, tuple[tuple[str, ...], bool | None]] = {
    None: (
        tuple(
            state
            for state in EnvelopeStatus
            if state not in (EnvelopeStatus.DRAFT, EnvelopeStatus.DELETED)
        ),
        None,
    ),
    "pending": ((EnvelopeStatus.OPEN,), False),
    "in_progress": (
        (EnvelopeStatus.OPEN, EnvelopeStatus.SEALING, EnvelopeStatus.FAILED),
        True,
    ),
    "completed": ((EnvelopeStatus.COMPLETED,), None),
    "expired": ((EnvelopeStatus.EXPIRED,), None),
    "cancelled": ((EnvelopeStatus.CANCELLED,), None),
    "declined": ((EnvelopeStatus.DECLINED,), None),
}


def listing(
    caller: Caller, project: Project, query: schemas.DocumentQuery, origin: str
) -> EnvelopeQuery:
    states, begun = ASKED_FOR[query.status]
    sort, descending = _sort(query)
    return EnvelopeQuery(
        account_id=caller.account.id,
        project_id=project.id,
        origin=origin,
        environment=caller.environment,
        statuses=states,
        begun=begun,
        name=query.search,
        sort=sort,
        descending=descending,
        offset=(query.page - 1) * query.limit,
        limit=query.limit,
    )


def project_listing(caller: Caller, query: schemas.ListQuery) -> ProjectQuery:
    sort, descending = _sort(query)
    return ProjectQuery(
        account_id=caller.account.id,
        search=query.search,
        sort=sort,
        descending=descending,
        offset=(query.page - 1) * query.limit,
        limit=query.limit,
    )


def _sort(query: schemas.ListQuery) -> tuple[str, bool]:
    name, _, direction = query.sort.partition(":")
    return SORTS[name], direction == "desc"
