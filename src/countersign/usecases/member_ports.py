"""What the dashboard's use cases need beside `Ports`: how people show who they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from countersign.domain.account import Account
from countersign.domain.member import Member, Passkey, Session
from countersign.domain.task import Visitor
from countersign.usecases.batch_ports import Batching
from countersign.usecases.identity_port import IdentityProvider
from countersign.usecases.ports import Ports


class Passwords(Protocol):
    """Slow hashes. Both raise Unavailable where the memory for one is lacking."""

    def hash(self, password: str) -> str: ...
    def fits(self, hashed: str, password: str) -> bool:
        """Takes as long for "" as for a real hash, and is False then."""

    def is_old(self, hashed: str) -> bool:
        """Whether it was made with weaker parameters than those of today."""


class PasskeyChecks(Protocol):
    """WebAuthn, level 2. Options and answers are the JSON of the browser's API."""

    @property
    def offered(self) -> bool:
        """Browsers know passkeys for names only, and only where nobody listens."""

    def creation_options(
        self, member: Member, known: Sequence[Passkey]
    ) -> tuple[str, Mapping[str, Any]]:
        """A challenge (base64url), and what the browser is asked."""

    def created(
        self, answer: Mapping[str, Any], challenge: str, member: Member, name: str, at: datetime
    ) -> Passkey:
        """Raises Invalid."""

    def request_options(self) -> tuple[str, Mapping[str, Any]]: ...
    def sign_count(self, answer: Mapping[str, Any], challenge: str, passkey: Passkey) -> int:
        """The new one. Raises Unauthorized."""


class MemberLetters(Protocol):
    """Subject, text, HTML."""

    def invitation(
        self, member: Member, account: Account, inviter: str, link: str
    ) -> tuple[str, str, str]: ...
    def sign_in(self, member: Member, link: str) -> tuple[str, str, str]: ...
    def test_mail(self, member: Member) -> tuple[str, str, str]: ...


class SignInProviders(Protocol):
    def of_account(self, account_id: str) -> IdentityProvider | None:
        """The OpenID Connect provider by which an account's members sign in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPorts:
    """Everything the dashboard's use cases may need."""

    ports: Ports
    address: str
    """Where the dashboard is: `https://sign.example/dashboard`."""
    passwords: Passwords
    passkeys: PasskeyChecks
    letters: MemberLetters
    providers: SignInProviders
    batching: Batching


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who is signed in, where."""

    account: Account
    member: Member
    session: Session
    visitor: Visitor
