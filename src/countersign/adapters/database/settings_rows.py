"""Settings of an envelope as JSON and back; a project's have parts of the same form."""

from __future__ import annotations

from typing import Any

from countersign.domain.branding import Branding
from countersign.domain.document import FileRef
from countersign.domain.envelope import AfterSigning, EnvelopeSettings, OnDecline

Row = dict[str, Any]


def settings_json(settings: EnvelopeSettings) -> Row:
    return {
        "send_invitations": settings.send_invitations,
        "send_final_copy": settings.send_final_copy,
        "skip_intro": settings.skip_intro,
        "reminder_days": settings.reminder_days,
        "reminders": settings.reminders,
        "warning_days": settings.warning_days,
        "on_decline": settings.on_decline.value,
        "after": after_json(settings.after),
        "branding": branding_json(settings.branding),
        "audit_in_document": settings.audit_in_document,
        "chat": settings.chat,
        "callback_url": settings.callback_url,
        "takes_new_tasks": settings.takes_new_tasks,
        "closes_when_signed": settings.closes_when_signed,
        "keeps_results": settings.keeps_results,
        "packaged": settings.packaged,
        "has_notices": settings.has_notices,
        "has_packages": settings.has_packages,
        "days_kept": settings.days_kept,
        "erases_unended": settings.erases_unended,
        "opens_by_id": settings.opens_by_id,
    }


def after_json(after: AfterSigning) -> Row:
    return {"type": after.type, "message": after.message, "url": after.url}


def branding_json(branding: Branding) -> Row:
    logo = branding.logo
    return {
        "company_name": branding.company_name,
        "logo": [logo.sha256, logo.size] if logo else None,
        "logo_url": branding.logo_url,
        "primary_color": branding.primary_color,
        "secondary_color": branding.secondary_color,
    }


def settings(values: Row) -> EnvelopeSettings:
    after, on_decline = AfterSigning(**values["after"]), OnDecline(values["on_decline"])
    read = {"after": after, "on_decline": on_decline, "branding": branding(values["branding"])}
    return EnvelopeSettings(**{**values, **read})


def branding(values: Row) -> Branding:
    logo = values.get("logo")
    return Branding(**{**values, "logo": FileRef(*logo) if logo else None})
