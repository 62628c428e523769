"""How long an account keeps its envelopes, and what must not be erased at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.erasing import changed_last
from countersign.domain.errors import Invalid

LONGEST = 36_500  # days
LONGEST_REASON = 500  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRules:
    """Completed envelopes are erased `completed_days` after their completion, all others
    `unfinished_days` after their last change; None keeps them. All that was created up to
    `seen_at`, and of that moment up to `seen_id`, was looked at for these rules."""

    account_id: str
    completed_days: int | None = None
    unfinished_days: int | None = None
    seen_at: datetime | None = None
    seen_id: str = ""

    @property
    def first_due(self) -> timedelta | None:
        """The age at which an envelope may be due for the first time; None: never."""
        days = [one for one in (self.completed_days, self.unfinished_days) if one is not None]
        return timedelta(days=min(days)) if days else None


def retention_rules(
    account_id: str, completed_days: int | None, unfinished_days: int | None
) -> RetentionRules:
    """Rules that are to be looked at anew. Raises Invalid."""
    for days in (completed_days, unfinished_days):
        if days is not None and not 1 <= days <= LONGEST:
            raise Invalid(f"Please give a number of days from 1 to {LONGEST}, or nothing.")
    return RetentionRules(
        account_id=account_id, completed_days=completed_days, unfinished_days=unfinished_days
    )


def due_at(envelope: Envelope, rules: RetentionRules, now: datetime) -> datetime | None:
    """When the rules say that it is to be erased, or looked at again; None when they say nothing of
    it. What its sender asked of the API to be kept for some time is erased at that time only."""
    if envelope.settings.days_kept is not None or envelope.erased or rules.first_due is None:
        return None
    days = rules.completed_days if _is_completed(envelope) else rules.unfinished_days
    if days is None:
        return None if _is_completed(envelope) else now + rules.first_due
    return changed_last(envelope) + timedelta(days=days)


def is_due(envelope: Envelope, rules: RetentionRules, now: datetime) -> bool:
    """Whether it is to be erased now."""
    due = due_at(envelope, rules, now)
    return due is not None and due <= now


def _is_completed(envelope: Envelope) -> bool:
    """What was completed and then taken from the lists by its sender still is."""
    return envelope.status is EnvelopeStatus.COMPLETED or envelope.completed_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Nothing of the envelope, or of the account when that is "", is erased while it stands."""

    account_id: str
    reason: str
    set_by: str
    set_at: datetime
    envelope_id: str = ""


def check_reason(reason: str) -> str:
    """Without what surrounds it. Raises Invalid."""
    clean = " ".join(reason.split())
    if not clean or len(clean) > LONGEST_REASON:
        raise Invalid("Please say why, in at most 500 characters.")
    return clean
