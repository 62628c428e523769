"""What members of an account are sent: an invitation, a link to sign in. In the layout of all
mails."""

from __future__ import annotations

from email.utils import parseaddr

from countersign.adapters.invitations import Letter, write_letter
from countersign.adapters.letterhead import DARK, LIGHT, Letterhead
from countersign.adapters.mail import one_line
from countersign.domain.account import Account
from countersign.domain.member import Member
from countersign.usecases.write_message import Written

PLAIN = Letterhead(company="", logo="", light=LIGHT, dark=DARK)


class MailMemberLetters:
    """The port MemberLetters, in English until the dashboard has other languages."""

    def __init__(self, mail_from: str) -> None:
        name, address = parseaddr(mail_from)
        self._platform = name or address

    def invitation(self, member: Member, account: Account, inviter: str, link: str) -> Written:
        company = one_line(account.name)
        return self._write(
            member,
            subject=f"{company} invites you to {self._platform}",
            opening=f"{one_line(inviter)} invites you to send and follow documents for:",
            title=company,
            button="Accept the invitation",
            link=link,
            note="The link is good for 7 days, once. It is yours alone: don't pass it on.",
        )

    def sign_in(self, member: Member, link: str) -> Written:
        return self._write(
            member,
            subject=f"Your link to sign in to {self._platform}",
            opening="Here is the link to sign in that you asked for:",
            title=self._platform,
            button="Sign in",
            link=link,
            note="It works for 15 minutes, once, and only in the browser in which you asked for"
            " it. If it was not you who asked, there is nothing to do.",
        )

    def test_mail(self, member: Member) -> Written:
        return self._write(
            member,
            subject=f"Test mail from {self._platform}",
            opening="This mail was sent from the settings of the dashboard, to see whether mail"
            " arrives. It has:",
            title=self._platform,
            note="In the headers of this mail, Authentication-Results says what your mail server"
            " thinks of SPF, DKIM and DMARC; s= in DKIM-Signature is the selector.",
        )

    def _write(
        self,
        member: Member,
        *,
        subject: str,
        opening: str,
        title: str,
        note: str,
        button: str = "",
        link: str = "",
    ) -> Written:
        name = one_line(member.name)
        letter = Letter(
            language="en",
            direction="ltr",
            subject=subject,
            greeting=f"Hello {name}," if name else "Hello,",
            opening=opening,
            message=(),
            code="",
            title=title,
            files=(),
            deadline="",
            button=button,
            link=link,
            note=note,
            address="If the button does not work, copy this address into your browser:",
            footer=self._platform,
            head=PLAIN,
        )
        return write_letter(letter)
