"""What can be said of a request only with the project and the time at hand. All that is wrong is
collected, as it is when the body is parsed: dotted path to message, empty when nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from countersign.dialects.signeum.schemas import ALL_METHODS, EID, Method, NewDocument
from countersign.domain.project import Project, is_eid

LONGEST_WAIT = timedelta(days=30)
PASSED = "Signing deadline must be in the future"
TOO_FAR = "Signing deadline cannot be more than 30 days ahead"
NO_NUMBER = "Personal number is required for eID signing"
NO_EID = "Signing methods must be drawn, typed or none"
MIXED = "Cannot mix standard and eID signing methods"


def wrong_values(asked: NewDocument, project: Project, now: datetime) -> dict[str, str]:
    """What is wrong with a new document in this project."""
    wrong = _numbers(asked) if is_eid(project.settings.methods) else _methods(asked)
    return wrong | _deadline(asked.signingDeadline, now)


def _numbers(asked: NewDocument) -> dict[str, str]:
    return {
        f"participants.{index}.personalNumber": NO_NUMBER
        for index, each in enumerate(asked.participants)
        if each.role == "signer" and each.personalNumber is None
    }


def _methods(asked: NewDocument) -> dict[str, str]:
    """An eID is a matter of the project."""
    if EID in (asked.allowedSigningMethods or ()):
        return {"allowedSigningMethods": NO_EID}
    return {}


def _deadline(deadline: datetime | None, now: datetime) -> dict[str, str]:
    if deadline is None or now < deadline <= now + LONGEST_WAIT:
        return {}
    return {"signingDeadline": PASSED if deadline <= now else TOO_FAR}


def wrong_methods(methods: Sequence[Method]) -> dict[str, str]:
    """What is wrong with a project's choice. All methods together are no choice: that is how a
    project without one is shown, and what is read may be written back."""
    if EID in methods and set(methods) not in ({EID}, set(ALL_METHODS)):
        return {"allowedSigningMethods": MIXED}
    return {}
