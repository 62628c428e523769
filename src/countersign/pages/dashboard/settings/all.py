"""All pages of the settings, and what they ask of the outside."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.httpkit import Operation, Runtime
from countersign.pages.dashboard.settings.keys import KeysPage
from countersign.pages.dashboard.settings.looks import LooksPage
from countersign.pages.dashboard.settings.mail import MailPage
from countersign.pages.dashboard.settings.preview import Previews
from countersign.pages.dashboard.settings.projects import ProjectPages
from countersign.pages.dashboard.settings.providers import ProviderPages
from countersign.pages.dashboard.settings.sealing import SealPage
from countersign.usecases.mail_check_port import MailDomains, MailFacts
from countersign.usecases.member_ports import MemberPorts
from countersign.usecases.seal_port import SealState
from countersign.usecases.trial_port import ProviderTrials

TRIES, WINDOW = 20, 300.0  # of one member to have others asked something, in so many seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """`trials` ask providers, `mail` and `domains` are about the way of mails, `sealing` about the
    seal key."""

    trials: ProviderTrials
    mail: MailFacts
    domains: MailDomains
    sealing: SealState


def settings_operations(desk: MemberPorts, runtime: Runtime, tools: Tools) -> list[Operation]:
    """Everything below /settings."""
    limit = runtime.rate_limit(TRIES, WINDOW)
    return [
        *ProjectPages(desk, tools.mail).operations(),
        *Previews(desk, tools.mail).operations(),
        *LooksPage(desk).operations(),
        *ProviderPages(desk, tools.trials, limit).operations(),
        *KeysPage(desk, limit).operations(),
        *MailPage(desk, tools.mail, tools.domains, limit).operations(),
        *SealPage(desk, tools.sealing, limit).operations(),
    ]
