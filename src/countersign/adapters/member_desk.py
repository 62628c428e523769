"""Puts together what the dashboard's use cases need."""

from __future__ import annotations

from countersign.adapters.identity.sign_in import AccountSignIn
from countersign.adapters.member_letters import MailMemberLetters
from countersign.adapters.passkeys import WebAuthnPasskeys
from countersign.adapters.passwords import Argon2Passwords
from countersign.usecases.batch_ports import Batching
from countersign.usecases.member_ports import MemberPorts
from countersign.usecases.ports import Ports


def member_ports(
    ports: Ports, address: str, mail_from: str, providers: AccountSignIn, batching: Batching
) -> MemberPorts:
    """`address` is where browsers find the dashboard."""
    return MemberPorts(
        ports=ports,
        address=address,
        passwords=Argon2Passwords(),
        passkeys=WebAuthnPasskeys(address),
        letters=MailMemberLetters(mail_from),
        providers=providers,
        batching=batching,
    )
