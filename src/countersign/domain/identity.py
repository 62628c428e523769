"""Proving who one is: one-time codes and eIDs. Once proved, a task stays identified, whatever
device its link is opened on next."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from unicodedata import normalize

from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, TooManyTries
from countersign.domain.events import Event, EventKind
from countersign.domain.national_id import is_cpr_number
from countersign.domain.task import Task
from countersign.domain.turns import check_may_act

SMS_CODE = "sms_code"
CODE_METHODS = {"email_code": "email", SMS_CODE: "sms"}  # and the channel that each goes by
NUMBER_METHODS = ("cpr",)  # people type in their own national identity number
TICKET = "artifact"  # the method that a ticket proves: the sender has let the person in
CODE_DIGITS = 6
CODE_LIFETIME = timedelta(minutes=10)
CODE_TRIES = 5
REDIRECT_LIFETIME = timedelta(minutes=10)  # to come back from a provider's own pages


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a proof may be begun: so many an hour, with a pause in between; with `slower`, each
    time that many were begun there is a pause of an hour, then of two, of four, and so on."""

    an_hour: int
    pause: timedelta
    slower: bool = False


HOUR = timedelta(hours=1)
LONGEST = 13  # an hour doubled that often is most of a year
CODE_PACE = Pace(5, timedelta(seconds=30), slower=True)  # five tries each
NUMBER_PACE = Pace(5, timedelta(0), slower=True)  # a date of birth leaves some hundred to guess
ORDER_PACE = Pace(30, timedelta(0))  # an order waits for half a minute, so people begin again


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityAttempt:
    """The newest attempt of one person with one method; a new one takes the place of the old.

    `number` counts from 1 and is the compare-and-set value; `begun` are the attempts of the last
    hour, newest last. Of a code there are its keyed hash and the `tries` made; of an eID's order
    its `reference` and the `secret` to collect with, which is stored closed. An attempt that has
    ended has neither.
    """

    task_id: str
    method: str
    number: int
    begun: tuple[datetime, ...]
    code_hash: str = ""
    tries: int = 0
    reference: str = ""
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def begun_at(self) -> datetime:
        return self.begun[-1]


def check_offered(
    envelope: Envelope, task_id: str, method: str, offered: Collection[str], now: datetime
) -> Task:
    """The task. Raises what `check_may_act` raises, Invalid when it neither asks for this method
    nor is signed with it, or when it is not among those that are `offered`."""
    task = envelope.task(task_id)
    check_may_act(envelope, task, now)
    asked = (*task.identity, *task.identity_choice, *task.methods)
    if method not in asked or method not in offered:
        raise Invalid("this way to identify is not offered", {"method": "not offered"})
    return task


def next_attempt(
    before: IdentityAttempt | None, task_id: str, method: str, pace: Pace, now: datetime
) -> IdentityAttempt:
    """An attempt without code or order yet. Raises TooManyTries when it would be too soon."""
    if before is None:
        return IdentityAttempt(task_id=task_id, method=method, number=1, begun=(now,))
    if (wait := wait_before_next(before, pace, now)) > timedelta(0):
        raise TooManyTries(seconds(wait))
    recent = tuple(at for at in before.begun if at > now - HOUR)
    return IdentityAttempt(
        task_id=task_id, method=method, number=before.number + 1, begun=(*recent, now)
    )


def wait_before_next(before: IdentityAttempt, pace: Pace, now: datetime) -> timedelta:
    """How long until another one may be begun; zero or less when it may be now."""
    wait = before.begun_at + pace.pause - now
    recent = [at for at in before.begun if at > now - HOUR]
    if len(recent) >= pace.an_hour:
        wait = max(wait, recent[-pace.an_hour] + HOUR - now)
    if pace.slower and before.number % pace.an_hour == 0:
        doublings = min(before.number // pace.an_hour - 1, LONGEST)
        wait = max(wait, before.begun_at + HOUR * 2**doublings - now)
    return wait


def seconds(wait: timedelta) -> int:
    """Whole seconds, rounded up, at least one: what Retry-After says."""
    return max(1, -int(-wait.total_seconds() // 1))


# ------------------------------------------------------------------ one-time codes


def with_code(attempt: IdentityAttempt, code: str, key: bytes) -> IdentityAttempt:
    """The attempt with its code, of which only a keyed hash is kept."""
    return replace(attempt, code_hash=hash_code(attempt, code, key))


def hash_code(attempt: IdentityAttempt, code: str, key: bytes) -> str:
    """Hex HMAC-SHA256 (RFC 2104): a million codes are guessed at once by whoever has the rows, so
    the key is the server's; and one task's hash tells nothing of another's."""
    text = f"{attempt.task_id} {attempt.method} {attempt.number} {code}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def check_code_is_good(
    attempt: IdentityAttempt | None, now: datetime, lifetime: timedelta = CODE_LIFETIME
) -> IdentityAttempt:
    """Raises Invalid when there is no code, or the one that was sent is too old."""
    if attempt is None or not attempt.code_hash:
        raise Invalid("no code was sent, ask for one", {"code": "missing"})
    if now >= attempt.begun_at + lifetime:
        raise Invalid("the code is too old, ask for a new one", {"code": "expired"})
    return attempt


def check_code(attempt: IdentityAttempt, code: str, key: bytes) -> None:
    """Raises Invalid for a wrong one; takes the same time for every wrong one."""
    if not hmac.compare_digest(attempt.code_hash, hash_code(attempt, code, key)):
        raise Invalid("this is not the code that was sent", {"code": "wrong"})


# ------------------------------------------------------------------ typed numbers


def check_number(text: str) -> str:
    """A CPR number as people write it, without blanks and hyphens. Raises Invalid for what is
    none."""
    number = "".join(character for character in text if character not in " -")
    if not is_cpr_number(number):
        raise Invalid("this is no CPR number", {"national_id": "wrong"})
    return number


# ------------------------------------------------------------------ pages of a provider


def reference_of(state: str, browser: str) -> str:
    """Hex SHA-256: what an order is found by when a browser comes back with its `state` (RFC 6749,
    section 4.1.1). Both are secrets of 256 bits; in another browser than the one that was sent
    away there is no such order, so nobody can be made to prove themselves for somebody else."""
    return hashlib.sha256(f"{state} {browser}".encode()).hexdigest()


# ------------------------------------------------------------------ results


def prove(
    envelope: Envelope,
    task_id: str,
    method: str,
    proof: str | None,
    now: datetime,
    name: str = "",
    checked: str = "",
) -> tuple[Envelope, list[Event]]:
    """The person proved who they are; `proof` is the hex SHA-256 of what the eID gave, `name` what
    it calls them, `checked` what of the proof was verified here. Proving it again changes nothing.
    The name becomes that of somebody of whom the sender said none: what stands there when a task
    was handed on was written by whoever handed it on, and nobody signs under it who has another."""
    task = envelope.task(task_id)
    if method in task.identified:
        return envelope, []
    said = task.person.name and not (name and envelope.is_handed_on(task))
    person = task.person if said else replace(task.person, name=name)
    done = replace(task, identified=(*task.identified, method), person=person)
    data = {"method": method, "proof": proof} | ({"checked": checked} if checked else {})
    proved = Event(kind=EventKind.IDENTITY_PROVED, at=now, task_id=task_id, data=data)
    return replace(envelope.with_task(done), updated_at=now), [proved]


def refuse(task_id: str, method: str, reason: str, now: datetime) -> Event:
    """Somebody proved to be somebody else. Who it was is not said."""
    data = {"method": method, "reason": reason}
    return Event(kind=EventKind.IDENTITY_REFUSED, at=now, task_id=task_id, data=data)


def asked_number(task: Task, method: str) -> str | None:
    """Whose national id this method has to prove."""
    is_asked = not task.number_by or method in task.number_by
    return task.person.national_id if is_asked else None


def is_person(task: Task, method: str, national_id: str, name: str = "") -> bool:
    """Whether this is the one that the task names, as far as `method` has to prove it; a task that
    names none takes anybody. Numbers are compared by their letters and digits alone, names word by
    word in any case; a number or names without any are nobody's."""
    names = task.person.names if not task.names_by or method in task.names_by else ()
    asked = _words(" ".join(names))
    if not asked <= _words(name) or (names and not asked):
        return False
    wanted = asked_number(task, method)
    if wanted is None:
        return True
    number = _plain(wanted)
    return number != "" and hmac.compare_digest(number.encode(), _plain(national_id).encode())


def is_same_person(task: Task, method: str, name: str) -> bool:
    """Whether an eID calls this person as another one did that the task was proved with: else
    somebody signs in the name of whoever came before with the same link. Where a number is proved,
    that says who it is; an eID that tells no name says nothing."""
    before = set(task.identified) - {TICKET, *CODE_METHODS, *NUMBER_METHODS}
    known, found = _words(task.person.name), _words(name)
    if not before or asked_number(task, method) is not None or not known or not found:
        return True
    return _alike(known, found)


def is_owner(task: Task, method: str, national_id: str, name: str) -> bool:
    """Whether a key belongs to the one that the task names: by the number where there is one, else
    by the name. Of names the words count, in any order; one may have more of them than the other,
    as middle names come and go. A task that names nobody takes anybody; names that an eID would
    have to prove are asked of a key's certificate too."""
    if not is_person(task, method, national_id, name):
        return False
    if asked_number(task, method) is not None:
        return True
    wanted = _words(task.person.name)
    return not wanted or _alike(wanted, _words(name))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Middle names come and go."""
    return one == other or len(one & other) >= max(2, len(min(one, other, key=len)))


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", normalize("NFKC", name).casefold()))


def _plain(national_id: str) -> str:
    return "".join(character for character in national_id if character.isalnum()).upper()
