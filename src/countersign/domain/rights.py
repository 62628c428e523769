"""Who may do what in the dashboard: one table, which every page asks."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from countersign.domain.errors import Forbidden
from countersign.domain.member import Member, Role


class Right(StrEnum):
    """Something that can be done there."""

    OWN_SIGN_IN = "own sign-in"
    SEE_ENVELOPES = "see envelopes"
    SEE_ALL_ENVELOPES = "see all envelopes"  # also those that access roles keep from others
    MANAGE_ENVELOPES = "manage envelopes"
    MANAGE_TEMPLATES = "manage templates"
    SEE_MEMBERS = "see members"
    MANAGE_MEMBERS = "manage members"
    MANAGE_OWNERS = "manage owners"
    MANAGE_ACCESS = "manage access"
    MANAGE_CREDENTIALS = "manage credentials"
    MANAGE_WEBHOOKS = "manage webhooks"
    MANAGE_SIGN_IN = "manage sign-in"
    MANAGE_SETTINGS = "manage settings"
    SEE_AUDIT = "see audit"
    MANAGE_RETENTION = "manage retention"
    EXPORT_ACCOUNT = "export account"
    OPERATE = "operate"


_ALL = frozenset(Role)
_SENDERS = frozenset({Role.OWNER, Role.ADMIN, Role.SENDER})
_ADMINS = frozenset({Role.OWNER, Role.ADMIN})
_OWNERS = frozenset({Role.OWNER})

RIGHTS: Mapping[Right, frozenset[Role]] = {
    Right.OWN_SIGN_IN: _ALL,
    Right.SEE_ENVELOPES: _ALL,
    Right.SEE_ALL_ENVELOPES: _ADMINS,  # who makes keys can read everything anyway
    Right.MANAGE_ENVELOPES: _SENDERS,
    Right.MANAGE_TEMPLATES: _SENDERS,
    Right.SEE_MEMBERS: _SENDERS,
    Right.MANAGE_MEMBERS: _ADMINS,
    Right.MANAGE_OWNERS: _OWNERS,
    Right.MANAGE_ACCESS: _ADMINS,
    Right.MANAGE_CREDENTIALS: _ADMINS,
    Right.MANAGE_WEBHOOKS: _ADMINS,
    Right.MANAGE_SIGN_IN: _OWNERS,
    Right.MANAGE_SETTINGS: _ADMINS,
    Right.SEE_AUDIT: _ADMINS,
    Right.MANAGE_RETENTION: _ADMINS,
    Right.EXPORT_ACCOUNT: _OWNERS,
    Right.OPERATE: frozenset(),  # of no role: whoever looks after the installation
}


def may(member: Member, right: Right) -> bool:
    """Whether somebody may do it."""
    return member.role in RIGHTS[right] or (right is Right.OPERATE and member.operator)


def check_right(member: Member, right: Right) -> None:
    """Raises Forbidden."""
    if not may(member, right):
        raise Forbidden(right.value)
