"""A signer goes to the keeper of their key, and comes back with a signature.

What is between two steps is kept closed with the newest attempt of the person, so that any process
can go on, and a step that was lost is begun anew. A browser's answer is taken once, by a
compare-and-set, before anything is done with it.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import uuid4

from countersign.domain import identity
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Conflict, Gone, Invalid, NotFound, StaleState, Unavailable
from countersign.domain.identity import IdentityAttempt, reference_of
from countersign.domain.signing_service import service_of
from countersign.domain.task import Visitor
from countersign.usecases.pki_port import KeyOwner, PkiIdentified, PkiStep, PkiVendor
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state
from countersign.usecases.return_identity import AWAY, SOMEBODY_ELSE
from countersign.usecases.sign_remotely import (
    RemoteAct,
    check_ready,
    finish_remotely,
    prepare_remotely,
)
from countersign.usecases.sign_task import SignTask

REFUSED, UNUSABLE = "refused", "unusable"
SERVICE = "the signing service"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWithKey:
    """`text` is what the keeper tells the person that they sign, `language` the person's (BCP 47),
    `browser` what their browser is known by."""

    sign: SignTask
    text: str
    language: str
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """Where the browser has to go, or what the person has to fill in (id, label, digits), or the
    task's home when it is signed."""

    redirect_url: str = ""
    ask: Sequence[Mapping[str, Any]] = ()
    done: Envelope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """`link` is the signing link; `hint` says why nothing was signed: SOMEBODY_ELSE, AWAY, REFUSED,
    UNUSABLE (the certificate), or "" when `step` or the page itself shows how to go on."""

    link: str
    hint: str = ""
    step: NextStep = NextStep()


def start_with_key(command: StartWithKey, ports: Ports) -> NextStep:
    """Begins, in the place of what the person began before. Raises what `signing.check_act` raises,
    TooManyTries, Unavailable."""
    return on_stale_state(lambda: _start(command, ports))


def return_with_key(state: str, browser: str, answer: Mapping[str, str], ports: Ports) -> CameBack:
    """The browser comes back from the keeper's pages. Raises NotFound when nobody was sent away
    with this state in this browser, when they began again since, and for a second return."""
    taken = _taken(reference_of(state, browser), ports)
    with ports.unit_of_work() as uow:
        home = uow.envelopes.of_task(taken.task_id)
    link = ports.links.signing(home.task(taken.task_id))
    try:
        step = _onward(taken, {**answer, "state": state}, browser, ports)
        return CameBack(link=link, step=step)
    except Gone:  # which the signing page says better
        return CameBack(link=link)
    except (Conflict, Invalid, Unavailable) as problem:
        _end(taken, ports)
        return CameBack(link=link, hint=_hint(problem))


def _hint(problem: Conflict | Invalid | Unavailable) -> str:
    if isinstance(problem, Unavailable):
        return AWAY
    fields = problem.fields if isinstance(problem, Invalid) else {}
    if "national_id" in fields:
        return SOMEBODY_ELSE
    return UNUSABLE if "certificate" in fields else REFUSED


def asked_of(task_id: str, method: str, browser: str, ports: Ports) -> Sequence[Mapping[str, Any]]:
    """What this person, in this browser, has to fill in; nothing when they are not asked."""
    attempt = _attempt(task_id, method, ports)
    if attempt is None or attempt.reference != _asking(attempt, browser):
        return ()
    fields: list[Mapping[str, Any]] = json.loads(attempt.secret["ask"])
    return fields


def answer_with_key(
    task_id: str, method: str, browser: str, answer: Mapping[str, str], ports: Ports
) -> NextStep:
    """The person filled in what they were asked. Raises Invalid for what may be tried again,
    Conflict when it has to be begun anew, what `signing.check_act` raises, Unavailable."""
    attempt = _attempt(task_id, method, ports)
    if attempt is None or attempt.reference != _asking(attempt, browser):
        raise Conflict("nothing is asked here; signing has to be begun anew")
    try:
        taken = _taken(attempt.reference, ports)
    except NotFound:
        raise Conflict("this was answered already") from None
    try:
        return _onward(taken, answer, browser, ports)
    except (Invalid, Unavailable):
        _move(taken, attempt.reference, taken.secret, ports)
        raise
    except Conflict:
        _end(taken, ports)
        raise


# ------------------------------------------------------------------ steps


def _start(command: StartWithKey, ports: Ports) -> NextStep:
    sign, now = command.sign, ports.clock()
    with ports.unit_of_work() as uow:
        held_by = uow.envelopes.holding(sign.task_id)
        before = uow.identity.attempt(sign.task_id, sign.method)
    check_ready(sign, held_by, now)
    attempt = identity.next_attempt(before, sign.task_id, sign.method, identity.ORDER_PACE, now)
    vendor = _vendor(held_by[0], sign.method, ports)
    step = vendor.start(ports.pki.return_url, command.language)
    begun = replace(
        attempt,
        reference=reference_of(step.state, command.browser),
        secret=_kept(step, {"command": _command_text(sign), "text": command.text}),
    )
    with ports.unit_of_work() as uow:
        uow.identity.begin(begun)
        uow.commit()
    return _next(step)


def _onward(
    taken: IdentityAttempt, answer: Mapping[str, str], browser: str, ports: Ports
) -> NextStep:
    with ports.unit_of_work() as uow:
        held_by = uow.envelopes.holding(taken.task_id)
    command = _command(taken)
    check_ready(command, held_by, ports.clock())  # else the keeper is asked in vain
    vendor = _vendor(held_by[0], taken.method, ports)
    secret = json.loads(taken.secret["vendor"])
    if "act" not in taken.secret:
        found = vendor.identify(secret, answer)
        _need_owner(taken, held_by[0], found.owner, ports)
        return _authorize(taken, vendor, found, browser, ports)
    remote = RemoteAct.from_json(taken.secret["act"])
    done = finish_remotely(remote, vendor.sign(secret, remote.hashes, answer), ports)
    if done is None:
        return _authorize(taken, vendor, _identified(taken), browser, ports)
    _end(taken, ports)
    return NextStep(done=done)


def _authorize(
    taken: IdentityAttempt, vendor: PkiVendor, found: PkiIdentified, browser: str, ports: Ports
) -> NextStep:
    """The acts are prepared, and the keeper asks the person about exactly these."""
    remote = prepare_remotely(_command(taken), found.owner, ports)
    step = vendor.authorize(found.secret, remote.hashes, taken.secret["text"])
    more = {
        "command": taken.secret["command"],
        "text": taken.secret["text"],
        "identified": _identified_text(found),
        "act": remote.to_json(),
    }
    secret = _kept(step, more)
    state = step.state or secret["asking"]
    if not _move(taken, reference_of(state, browser), secret, ports):
        raise Conflict("begun anew elsewhere")
    return _next(step)


def _need_owner(taken: IdentityAttempt, home: Envelope, owner: KeyOwner, ports: Ports) -> None:
    """Raises Invalid for another person than the task names, which becomes evidence."""
    task = home.task(taken.task_id)
    if identity.is_owner(task, taken.method, owner.national_id, owner.name):
        return
    with suppress(StaleState), ports.unit_of_work() as uow:
        refused = identity.refuse(taken.task_id, taken.method, "another person", ports.clock())
        uow.envelopes.save(uow.envelopes.of_task(taken.task_id), [refused])
        uow.commit()
    raise Invalid("this key belongs to another person", {"national_id": "somebody else"})


def _vendor(home: Envelope, method: str, ports: Ports) -> PkiVendor:
    try:
        return ports.pki.of_account(home.account_id, service_of(method))
    except NotFound:  # the account gave it up
        raise Unavailable(SERVICE) from None


def _next(step: PkiStep) -> NextStep:
    return NextStep(
        redirect_url=step.page.get("redirect_url", ""), ask=tuple(step.page.get("ask", ()))
    )


# ------------------------------------------------------------------ what is kept between them


def _attempt(task_id: str, method: str, ports: Ports) -> IdentityAttempt | None:
    with ports.unit_of_work() as uow:
        return uow.identity.attempt(task_id, method)


def _taken(reference: str, ports: Ports) -> IdentityAttempt:
    """The attempt under a reference that nobody comes back with. Raises NotFound."""
    with ports.unit_of_work() as uow:
        before = uow.identity.by_reference(reference)
        after = replace(before, reference=str(uuid4()))
        if not service_of(before.method) or not uow.identity.renew(before, after):
            raise NotFound("signing")
        uow.commit()
    return after


def _move(taken: IdentityAttempt, reference: str, secret: Mapping[str, str], ports: Ports) -> bool:
    """False when the person began anew meanwhile."""
    with ports.unit_of_work() as uow:
        moved = uow.identity.renew(taken, replace(taken, reference=reference, secret=secret))
        uow.commit()
    return moved


def _end(taken: IdentityAttempt, ports: Ports) -> None:
    with ports.unit_of_work() as uow:
        uow.identity.end(taken)
        uow.commit()


def _asking(attempt: IdentityAttempt, browser: str) -> str:
    """The reference of an attempt that waits for what the person has to fill in."""
    return reference_of(attempt.secret.get("asking", ""), browser)


def _kept(step: PkiStep, more: Mapping[str, str]) -> dict[str, str]:
    asked = {}
    if "ask" in step.page:
        asked = {"asking": secrets.token_urlsafe(32), "ask": json.dumps(step.page["ask"])}
    return {"vendor": json.dumps(dict(step.secret)), **asked, **more}


def _command_text(command: SignTask) -> str:
    return json.dumps({**asdict(command), "image": None})


def _command(taken: IdentityAttempt) -> SignTask:
    kept = json.loads(taken.secret["command"])
    return SignTask(**{**kept, "visitor": Visitor(**kept["visitor"])})


def _identified_text(found: PkiIdentified) -> str:
    owner = found.owner
    row = [base64.b64encode(one).decode() for one in owner.certificates]
    who = {"name": owner.name, "national_id": owner.national_id, "row": row, "pss": owner.pss}
    return json.dumps({"secret": dict(found.secret), **who})


def _identified(taken: IdentityAttempt) -> PkiIdentified:
    kept = json.loads(taken.secret["identified"])
    certificate, *chain, root = map(base64.b64decode, kept["row"])
    owner = KeyOwner(
        name=kept["name"],
        national_id=kept["national_id"],
        certificate=certificate,
        chain=tuple(chain),
        root=root,
        pss=kept["pss"],
    )
    return PkiIdentified(secret=kept["secret"], owner=owner)
