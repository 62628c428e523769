"""Members look after the providers of eIDs that their account has, and try them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from countersign.domain.errors import Forbidden, Invalid, NameTaken, NotFound
from countersign.domain.identity import reference_of
from countersign.domain.openid import SIGN_IN, OpenIdProvider, check_provider
from countersign.domain.rights import Right, may
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.member_tickets import Place, Purpose, issue, take
from countersign.usecases.ports import UnitOfWork
from countersign.usecases.trial_port import ProviderTrials, Trial


def providers_of(visit: Visit, desk: MemberPorts) -> Sequence[OpenIdProvider]:
    """By name, without the one by which members sign in."""
    with desk.ports.unit_of_work() as uow:
        return _all(visit, uow)


def provider_of(name: str, visit: Visit, desk: MemberPorts) -> OpenIdProvider:
    """Raises NotFound."""
    with desk.ports.unit_of_work() as uow:
        return _one(name, visit, uow)


def put_provider(wanted: OpenIdProvider, *, is_new: bool, visit: Visit, desk: MemberPorts) -> None:
    """Adds it, or changes the one of this name; without a secret that keeps the one that it has, as
    long as its issuer is the same.
    Whoever looks after the installation may name an issuer inside its network, nobody else.
    Raises Invalid, NameTaken, NotFound."""
    with desk.ports.unit_of_work() as uow:
        known = {one.name: one for one in _all(visit, uow)}
        old = None if is_new else _one(wanted.name, visit, uow)
        if is_new and wanted.name in known:
            raise NameTaken(f"there is one named {wanted.name} already")
        provider = replace(_with_secret(wanted, old), inside=_may_be_inside(wanted, old, visit))
        _check(provider)
        if old:
            uow.openid_providers.remove(visit.account.id, old.name)
        uow.openid_providers.add(provider)
        action = "added an identity provider" if is_new else "changed an identity provider"
        record(visit.member, action, visit.visitor, uow, desk, _about(provider))
        uow.commit()


def end_provider(name: str, visit: Visit, desk: MemberPorts) -> None:
    """Raises NotFound."""
    with desk.ports.unit_of_work() as uow:
        provider = _one(name, visit, uow)
        uow.openid_providers.remove(visit.account.id, name)
        action = "removed an identity provider"
        record(visit.member, action, visit.visitor, uow, desk, _about(provider))
        uow.commit()


def start_trial(
    name: str, language: str, place: Place, visit: Visit, desk: MemberPorts, trials: ProviderTrials
) -> str | Trial:
    """The provider's address to go to, or why there is none. Raises NotFound."""
    provider = provider_of(name, visit, desk)
    started = trials.start(provider, language, place.browser)
    if isinstance(started, Trial):
        return _told(name, started, visit, desk)
    with desk.ports.unit_of_work() as uow:
        issue(
            Purpose.TRIAL,
            uow,
            desk.ports.clock(),
            member_id=visit.member.id,
            browser=place.browser,
            secret=started.reference,
            data={"name": name, "secret": dict(started.secret)},
        )
        uow.commit()
    return str(started.page["redirect_url"])


def finish_trial(
    returned: Mapping[str, str],
    place: Place,
    visit: Visit,
    desk: MemberPorts,
    trials: ProviderTrials,
) -> tuple[OpenIdProvider, Trial]:
    """`returned` is the query that the browser came back with. What the provider told is kept
    nowhere. Raises NotFound, Gone and Forbidden for what was not begun by this member here."""
    reference = reference_of(returned.get("state", ""), place.browser)
    with desk.ports.unit_of_work() as uow:
        ticket = take(reference, Purpose.TRIAL, place, uow, desk.ports.clock())
        if ticket.member_id != visit.member.id:
            raise Forbidden("browser")
        provider = _one(ticket.data["name"], visit, uow)
        uow.commit()
    found = trials.finish(provider, ticket.data["secret"], returned)
    return provider, _told(provider.name, found, visit, desk)


def _told(name: str, trial: Trial, visit: Visit, desk: MemberPorts) -> Trial:
    """The log says what came of it, and nothing of the person."""
    came = str(trial.trouble) if trial.trouble else "it works"
    with desk.ports.unit_of_work() as uow:
        about = f"{name}: {came}"
        record(visit.member, "tried an identity provider", visit.visitor, uow, desk, about)
        uow.commit()
    return trial


def _all(visit: Visit, uow: UnitOfWork) -> Sequence[OpenIdProvider]:
    found = uow.openid_providers.all(visit.account.id)
    return [one for one in found if one.name != SIGN_IN]


def _one(name: str, visit: Visit, uow: UnitOfWork) -> OpenIdProvider:
    """Raises NotFound."""
    found = next((one for one in _all(visit, uow) if one.name == name), None)
    if found is None:
        raise NotFound("identity provider", name)
    return found


def _with_secret(wanted: OpenIdProvider, old: OpenIdProvider | None) -> OpenIdProvider:
    """Nobody is shown a secret, so it goes to nobody else either. Raises Invalid."""
    if wanted.client_secret or old is None:
        return wanted
    if wanted.issuer != old.issuer:
        raise Invalid("another issuer gets a secret of its own: please enter it")
    return replace(wanted, client_secret=old.client_secret)


def _may_be_inside(wanted: OpenIdProvider, old: OpenIdProvider | None, visit: Visit) -> bool:
    """What an operator entered stays good as long as its issuer is the same."""
    same = old is not None and old.issuer == wanted.issuer and old.inside
    return same or may(visit.member, Right.OPERATE)


def _check(provider: OpenIdProvider) -> None:
    """Raises Invalid."""
    if provider.name == SIGN_IN:
        raise Invalid("this name stands for the sign-in of members; choose another one")
    check_provider(provider)


def _about(provider: OpenIdProvider) -> str:
    return f"{provider.name} {provider.issuer}"
