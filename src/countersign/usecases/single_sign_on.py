"""Members of an account sign in where its company signs in: OpenID Connect."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from countersign.domain.errors import Conflict, Forbidden, Invalid, NotFound, Unauthorized
from countersign.domain.identity import reference_of
from countersign.domain.member import Member, clean_email
from countersign.domain.openid import SIGN_IN, OpenIdProvider, check_provider
from countersign.usecases import enter_dashboard
from countersign.usecases.enter_dashboard import open_session, record
from countersign.usecases.identity_port import RETURNED, Failed, IdentityRequest, Pending, Proved
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.member_tickets import Place, Purpose, issue, take
from countersign.usecases.ports import UnitOfWork

EMAIL = "email"
SCOPES = ("openid", "profile", "email")


def start_single_sign_on(account_id: str, language: str, place: Place, desk: MemberPorts) -> str:
    """The provider's address to go to. Raises NotFound for an account without one, Unavailable."""
    provider = desk.providers.of_account(account_id)
    if provider is None:
        raise NotFound("identity provider")
    started = provider.start(
        IdentityRequest(
            method=SIGN_IN,
            ip=place.visitor.ip,
            text="",
            digest="",
            return_url="",
            language=language,
            browser=place.browser,
        )
    )
    with desk.ports.unit_of_work() as uow:
        issue(
            Purpose.SINGLE_SIGN_ON,
            uow,
            desk.ports.clock(),
            browser=place.browser,
            secret=started.reference,
            data={"account": account_id, "secret": dict(started.secret)},
        )
        uow.commit()
    return str(started.page["redirect_url"])


def finish_single_sign_on(returned: Mapping[str, str], place: Place, desk: MemberPorts) -> str:
    """`returned` is the query that the browser came back with. Returns the session. Nobody becomes
    a member by this alone: whoever was invited joins, others are sent away. Raises NotFound, Gone
    and Forbidden("browser") for what was not begun here, Unauthorized when the provider says no,
    Forbidden("member") for whoever is none, Forbidden("operator"), NameTaken, Unavailable."""
    now = desk.ports.clock()
    reference = reference_of(returned.get("state", ""), place.browser)
    with desk.ports.unit_of_work() as uow:
        ticket = take(reference, Purpose.SINGLE_SIGN_ON, place, uow, now)
        uow.commit()
    email = _proved_email(ticket.data, reference, returned, desk)
    with desk.ports.unit_of_work() as uow:
        member = _joined(ticket.data["account"], email, place, uow, desk)
        _check_operator(member, uow)
        return open_session(member, enter_dashboard.SINGLE_SIGN_ON, place, uow, desk)


def _proved_email(
    data: Mapping[str, Any], reference: str, returned: Mapping[str, str], desk: MemberPorts
) -> str:
    """Raises Unauthorized."""
    provider = desk.providers.of_account(data["account"])
    if provider is None:
        raise Unauthorized()
    secret = {**data["secret"], RETURNED: json.dumps(dict(returned))}
    result = provider.collect(SIGN_IN, reference, secret, 0)
    if isinstance(result, Pending | Failed) or _says_unverified(result):
        raise Unauthorized()
    try:
        return clean_email(result.national_id)
    except Invalid:
        raise Unauthorized() from None


def _says_unverified(proved: Proved) -> bool:
    """OpenID Connect Core 1.0, section 5.1: anybody may have entered such an address there."""
    proof = json.loads(proved.proof)
    claims = _claims(proof["id_token"]) | (proof["userinfo"] or {})
    return claims.get("email_verified", True) not in (True, "true")


def _claims(token: str) -> dict[str, Any]:
    """Of a token that was believed before."""
    body = token.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error):
        return {"email_verified": False}
    return claims if isinstance(claims, dict) else {}


def _joined(
    account_id: str, email: str, place: Place, uow: UnitOfWork, desk: MemberPorts
) -> Member:
    """Raises Forbidden for whoever was not invited."""
    known = {one.email: one for one in uow.dashboard.members.of_account(account_id)}
    if email not in known:
        raise Forbidden("member")
    member = known[email]
    if member.has_joined:
        return member
    joined = replace(member, joined_at=desk.ports.clock())
    uow.dashboard.members.save(joined)
    uow.dashboard.tickets.forget(Purpose.INVITATION, member.id)
    record(joined, "joined", place.visitor, uow, desk, "single sign-on")
    return replace(joined, version=joined.version + 1)


def _check_operator(member: Member, uow: UnitOfWork) -> None:
    """Whoever chose the provider says who somebody is. An owner is not to come as the operator that
    way, who may do more than owners. Raises Forbidden."""
    provider = single_sign_on_of(member.account_id, uow)
    if member.operator and (provider is None or not provider.inside):
        raise Forbidden("operator")


def set_single_sign_on(
    issuer: str, client_id: str, client_secret: str, visit: Visit, desk: MemberPorts
) -> None:
    """From now on members may sign in there; what was set before is replaced, and is required no
    longer: nobody has come by the new one yet. Whoever looks after the installation may name an
    issuer inside its network, nobody else. Raises Invalid."""
    provider = OpenIdProvider(
        account_id=visit.account.id,
        name=SIGN_IN,
        issuer=issuer.strip(),
        client_id=client_id.strip(),
        client_secret=client_secret,
        scopes=SCOPES,
        national_id_claim=EMAIL,
        created_at=desk.ports.clock(),
        inside=visit.member.operator,
    )
    check_provider(provider)
    with desk.ports.unit_of_work() as uow:
        if single_sign_on_of(visit.account.id, uow) is not None:
            uow.openid_providers.remove(visit.account.id, SIGN_IN)
        uow.dashboard.sign_in_rules.allow_all(visit.account.id)
        uow.openid_providers.add(provider)
        record(visit.member, "set single sign-on", visit.visitor, uow, desk, provider.issuer)
        uow.commit()


def end_single_sign_on(visit: Visit, desk: MemberPorts) -> None:
    """And with it, that it is required. Raises Conflict when there is none."""
    with desk.ports.unit_of_work() as uow:
        if single_sign_on_of(visit.account.id, uow) is None:
            raise Conflict("there is none")
        uow.openid_providers.remove(visit.account.id, SIGN_IN)
        uow.dashboard.sign_in_rules.allow_all(visit.account.id)
        record(visit.member, "ended single sign-on", visit.visitor, uow, desk)
        uow.commit()


def single_sign_on_of(account_id: str, uow: UnitOfWork) -> OpenIdProvider | None:
    """The account's provider for its members."""
    found = (one for one in uow.openid_providers.all(account_id) if one.name == SIGN_IN)
    return next(found, None)


def require_single_sign_on(visit: Visit, desk: MemberPorts) -> None:
    """From now on members sign in there and nowhere else; who came another way is signed out. Only
    somebody who has just come that way knows that it works. Raises Conflict."""
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.members.hold(visit.account.id)
        if single_sign_on_of(visit.account.id, uow) is None:
            raise Conflict("there is no single sign-on")
        if visit.session.how != enter_dashboard.SINGLE_SIGN_ON:
            raise Conflict("sign in there once yourself before you require it of all")
        if uow.dashboard.sign_in_rules.requires_single_sign_on(visit.account.id):
            return
        uow.dashboard.sign_in_rules.require_single_sign_on(visit.account.id)
        _end_other_sessions(visit.account.id, uow)
        record(visit.member, "required single sign-on", visit.visitor, uow, desk)
        uow.commit()


def _end_other_sessions(account_id: str, uow: UnitOfWork) -> None:
    for member in uow.dashboard.members.of_account(account_id):
        for session in uow.dashboard.sessions.of_member(member.id):
            if session.how != enter_dashboard.SINGLE_SIGN_ON:
                uow.dashboard.sessions.remove(session.id)


def allow_other_ways(visit: Visit, desk: MemberPorts) -> None:
    """Passwords, links and passkeys are good again."""
    with desk.ports.unit_of_work() as uow:
        if not uow.dashboard.sign_in_rules.requires_single_sign_on(visit.account.id):
            return
        uow.dashboard.sign_in_rules.allow_all(visit.account.id)
        record(visit.member, "allowed other ways to sign in", visit.visitor, uow, desk)
        uow.commit()
