"""Mail: how it leaves, whether it arrives, and what the DNS says of where it comes from."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.delivery import MessageStatus
from countersign.domain.rights import Right
from countersign.httpkit import Form, Operation, RateLimit
from countersign.pages.dashboard.access import FORM, needs
from countersign.pages.dashboard.settings.shared import SETTINGS, settings_page, text_of
from countersign.pages.dashboard.shell import words
from countersign.usecases.mail_check_port import MailDomains, MailFacts
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.send_test_mail import send_test_mail

TAB = f"{SETTINGS}/mail"
LONGEST_SELECTOR = 100


def _(text: str) -> str:
    return text


CAME = {
    MessageStatus.ACCEPTED: _("The mail server has taken the mail. It says:"),
    MessageStatus.REFUSED: _("The mail server refuses the mail for good. It says:"),
    MessageStatus.QUEUED: _("The mail could not be handed over now. The reason:"),
    MessageStatus.SANDBOXED: _(
        "No mail server is set, so the mail went nowhere. In a sandbox it is shown in the mailbox."
    ),
}


class MailPage:
    """Handlers for mail. `limit` is for what makes this server call others."""

    def __init__(
        self, desk: MemberPorts, mail: MailFacts, domains: MailDomains, limit: RateLimit
    ) -> None:
        self._desk, self._mail, self._domains, self._limit = desk, mail, domains, limit

    def operations(self) -> list[Operation]:
        right = Right.MANAGE_SETTINGS
        return [
            needs(right, "GET", TAB, self.show),
            needs(right, "POST", f"{TAB}/test", self.test, body=FORM),
            needs(right, "POST", f"{TAB}/check", self.check, body=FORM),
        ]

    def show(self, caller: Visit, request: Request) -> Response:
        """What is set; nobody is asked anything."""
        return self._page(caller, request)

    def test(self, caller: Visit, request: Request, body: Form) -> Response:  # noqa: ARG002
        """To the member's own address, and to no other."""
        self._count(caller)
        answered = send_test_mail(caller, self._desk)
        accepted = answered.status is MessageStatus.ACCEPTED
        text = " ".join([words(request)(CAME[answered.status]), answered.reply]).strip()
        return self._page(caller, request, **{"notice" if accepted else "error": text})

    def check(self, caller: Visit, request: Request, body: Form) -> Response:
        """Asks the DNS."""
        self._count(caller)
        selector = text_of(body, "selector")[:LONGEST_SELECTOR]
        found = self._domains.check(self._mail.domain, selector)
        return self._page(caller, request, findings=found, selector=selector)

    def _count(self, caller: Visit) -> None:
        """Raises Refusal 429."""
        self._limit.check(f"settings:{caller.member.id}")

    def _page(self, caller: Visit, request: Request, **more: Any) -> Response:
        return settings_page(
            request, "mail", TAB, caller, mail=self._mail,
            **{"findings": (), "selector": "", **more},
        )  # fmt: skip
