"""What an account can choose from when it sends: ways to know people, projects, its time zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from countersign.domain.account import Account
from countersign.domain.eids import eid_name
from countersign.domain.identity import CODE_METHODS, SMS_CODE
from countersign.domain.project import Project
from countersign.pages.dashboard.sending.schemas import LINK
from countersign.usecases.ports import Ports, ProjectQuery

MOST_PROJECTS = 200


def _(text: str) -> str:
    return text


PROOFS: Mapping[str, str] = {
    LINK: _("The link in the mail"),
    "email_code": _("A code by e-mail"),
    SMS_CODE: _("A code by SMS"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """`proofs` are ways to know people, each with its name; `projects` are by id."""

    proofs: Mapping[str, str]
    projects: Mapping[str, Project]
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        """There, where the account is."""
        return self.now.astimezone(self.zone).date()


def offers_of(account: Account, ports: Ports) -> Offers:
    """At this moment."""
    query = ProjectQuery(account_id=account.id, sort="name", descending=False, limit=MOST_PROJECTS)
    with ports.unit_of_work() as uow:
        projects, _total = uow.projects.find(query)
    return Offers(
        proofs=offered_proofs(ports.identity.of_account(account.id).methods, ports.mailer.channels),
        projects={project.id: project for project in projects},
        zone=zone_of(account),
        now=ports.clock(),
    )


def offered_proofs(eids: Sequence[str], channels: Collection[str]) -> Mapping[str, str]:
    """`eids` are the methods that can be started for this account, `channels` those by which codes
    can be sent."""
    codes = [code for code, channel in CODE_METHODS.items() if channel in channels]
    known = {LINK: PROOFS[LINK]} | {code: PROOFS[code] for code in codes}
    names = {method: eid_name(method) for method in eids}
    times = Counter(names.values())
    return known | {
        method: name if times[name] == 1 else f"{name} · {method}" for method, name in names.items()
    }


def zone_of(account: Account) -> ZoneInfo:
    """The account's time zone; UTC when it has chosen none."""
    try:
        return ZoneInfo(str(account.settings.get("time_zone") or "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
