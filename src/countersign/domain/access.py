"""Access roles: who in a company may see an envelope in the dashboard.

They say nothing about programs: whoever has a key of the account reads all that the key opens.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from countersign.domain.errors import Invalid

MOST_ROLES = 200  # of one account


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRole:
    """A name by which an account gives access; `members` holds ids of members."""

    id: str
    account_id: str
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeAccess:
    """`roles` holds ids of access roles, also of those that were removed since; without any,
    everybody in the account sees the envelope. `sender` is the id of the member who sent it, ""
    when it was a program for nobody in particular."""

    roles: tuple[str, ...] = ()
    sender: str = ""

    def lets_in(self, viewers: Collection[str]) -> bool:
        """Whether somebody may see it who is `viewers`: the id of a member, and of their roles."""
        return not self.roles or self.sender in viewers or not set(self.roles).isdisjoint(viewers)


def roles_named(asked: Sequence[str], known: Sequence[AccessRole]) -> tuple[str, ...]:
    """The ids of roles that are asked by id. Raises Invalid whose field `role` is the first that
    the account has not."""
    ids = {role.id for role in known}
    for one in asked:
        if one not in ids:
            raise Invalid("There is no such access role.", {"role": one})
    return tuple(dict.fromkeys(asked))
