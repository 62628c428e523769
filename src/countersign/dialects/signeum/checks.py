"""What can be said of a request only with the project and the time at hand. All that is wrong is
collected, as it is when the body is parsed: dotted path to message, empty when nothing is wrong.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from countersign.dialects.signeum.errors import HTTPS
from countersign.dialects.signeum.schemas import ALL_METHODS, EID, NewDocument, SettingsInput
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


def wrong_settings(asked: SettingsInput, *, sandbox: bool) -> dict[str, str]:
    """What is wrong with a project's settings. All methods together are no choice: that is how a
    project without one is shown, and what is read may be written back. Only a sandbox sends people
    and calls to `http://`."""
    methods = set(asked.allowedSigningMethods)
    mixed = EID in methods and methods not in ({EID}, set(ALL_METHODS))
    urls = {
        "settings.branding.logoUrl": asked.branding.logoUrl,
        "settings.postSigning.redirectUrl": asked.postSigning.redirectUrl,
    }
    bare = [path for path, url in urls.items() if url and not url.startswith("https://")]
    wrong = {"allowedSigningMethods": MIXED} if mixed else {}
    return wrong if sandbox else wrong | dict.fromkeys(bare, HTTPS)
