"""Access roles as a unit of work has them. Part of member_store.py, where the rest is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from countersign.domain.access import AccessRole, EnvelopeAccess


class AccessRoles(Protocol):
    """Names by which accounts give access, their members, and the envelopes they are for."""

    def add(self, role: AccessRole) -> None:
        """With its members. Raises NameTaken when the account has one of this name in any case."""

    def save(self, role: AccessRole) -> None:
        """Name and members. Raises NotFound, also for another account's, and NameTaken."""

    def remove(self, account_id: str, role_id: str) -> None:
        """Envelopes that it was for stay closed to all others. Raises NotFound, also for another
        account's."""

    def of_account(self, account_id: str) -> Sequence[AccessRole]:
        """By name, each with its members."""

    def of_member(self, member_id: str) -> tuple[str, ...]:
        """The ids of the roles that somebody has."""

    def of_envelope(self, envelope_id: str) -> EnvelopeAccess: ...
    def restrict(self, envelope_id: str, role_ids: Sequence[str]) -> None:
        """From now on for these; none: for everybody. Who sent it stays."""

    def sent_by(self, envelope_id: str, member_id: str) -> None:
        """Keeps who sent it. Nobody else takes that place later."""


class SignInRules(Protocol):
    """Accounts that let members in by single sign-on alone."""

    def requires_single_sign_on(self, account_id: str) -> bool: ...
    def require_single_sign_on(self, account_id: str) -> None: ...
    def allow_all(self, account_id: str) -> None:
        """Whatever was required, is not any more."""
