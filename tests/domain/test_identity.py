"""One-time codes and who proved to be whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from countersign.domain.errors import IdentityRequired, Invalid, NotYourTurn, TooManyTries
from countersign.domain.identity import (
    CODE_PACE,
    NUMBER_PACE,
    IdentityAttempt,
    Pace,
    check_code,
    check_code_is_good,
    check_offered,
    is_owner,
    is_person,
    is_same_person,
    next_attempt,
    prove,
    refuse,
    with_code,
)
from countersign.domain.signing import check_act
from countersign.domain.task import Person
from tests.domain.building import NOW, act, sent, task

KEY = bytes(range(32))
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def attempt_at(*times: datetime) -> IdentityAttempt:
    found: IdentityAttempt | None = None
    for at in times:
        found = next_attempt(found, "t1", "email_code", CODE_PACE, at)
    assert found
    return found


def test_half_a_minute_passes_between_two_codes() -> None:
    first = attempt_at(NOW)
    with pytest.raises(TooManyTries) as refusal:
        next_attempt(first, "t1", "email_code", CODE_PACE, NOW + 10 * SECOND)
    assert refusal.value.retry_after == 20
    assert attempt_at(NOW, NOW + 30 * SECOND).number == 2


def test_five_codes_an_hour_and_no_more() -> None:
    times = [NOW + n * MINUTE for n in range(5)]
    with pytest.raises(TooManyTries) as refusal:
        attempt_at(*times, NOW + 5 * MINUTE)
    assert refusal.value.retry_after == 59 * 60
    assert attempt_at(*times, NOW + 64 * MINUTE).number == 6


@pytest.mark.parametrize("pace", [CODE_PACE, NUMBER_PACE])
def test_each_five_take_twice_as_long_as_the_five_before(pace: Pace) -> None:
    found: IdentityAttempt | None = None
    now, waited = NOW, []
    while now < NOW + timedelta(days=365):
        try:
            found = next_attempt(found, "t1", "m", pace, now)
        except TooManyTries as refusal:
            if refusal.retry_after > 60:
                waited.append(round(refusal.retry_after / 3600))
            now += timedelta(seconds=refusal.retry_after)
    assert waited[:5] == [1, 2, 4, 8, 16]
    assert found
    assert found.number <= 70, "of all the numbers of a day, or of a million codes"


def test_a_code_is_good_for_ten_minutes() -> None:
    sent_at = with_code(attempt_at(NOW), "123456", KEY)
    check_code_is_good(sent_at, NOW + 10 * MINUTE - SECOND)
    with pytest.raises(Invalid, match="too old"):
        check_code_is_good(sent_at, NOW + 10 * MINUTE)
    with pytest.raises(Invalid, match="no code"):
        check_code_is_good(attempt_at(NOW), NOW)


def test_only_the_code_of_this_attempt_is_right() -> None:
    first = with_code(attempt_at(NOW), "123456", KEY)
    check_code(first, "123456", KEY)
    for wrong in ("123457", "", "１２３４５６", "123456 "):
        with pytest.raises(Invalid):
            check_code(first, wrong, KEY)
    for other in (replace(first, number=2), replace(first, task_id="t2")):
        with pytest.raises(Invalid):
            check_code(other, "123456", KEY)


def test_the_code_is_nowhere_in_what_is_kept() -> None:
    kept = with_code(attempt_at(NOW), "123456", KEY)
    assert "123456" not in repr(kept)
    assert kept.code_hash != with_code(attempt_at(NOW), "123456", bytes(32)).code_hash


def test_what_was_not_asked_for_is_not_offered() -> None:
    envelope = sent(replace(task("ada"), identity=("email_code",)))
    check_offered(envelope, "ada", "email_code", ("email_code",), NOW)
    for method, offered in (("sms_code", ("sms_code",)), ("email_code", ())):
        with pytest.raises(Invalid, match="not offered"):
            check_offered(envelope, "ada", method, offered, NOW)


def test_nobody_identifies_before_their_turn() -> None:
    waiting = replace(task("bo", after=("ada",)), identity=("email_code",))
    with pytest.raises(NotYourTurn):
        check_offered(sent(task("ada"), waiting), "bo", "email_code", ("email_code",), NOW)


def test_a_proof_stays_with_the_task_and_is_evidence_once() -> None:
    envelope = sent(replace(task("ada"), identity=("bankid_se",)))
    envelope, events = prove(envelope, "ada", "bankid_se", "ab" * 32, NOW)
    assert envelope.task("ada").identity_due == ()
    assert [(str(one.kind), dict(one.data)) for one in events] == [
        ("identity_proved", {"method": "bankid_se", "proof": "ab" * 32})
    ]
    assert prove(envelope, "ada", "bankid_se", "cd" * 32, NOW) == (envelope, [])


def test_somebody_else_is_refused_without_a_word_of_who_it_was() -> None:
    event = refuse("ada", "bankid_se", "another person", NOW)
    assert dict(event.data) == {"method": "bankid_se", "reason": "another person"}


@pytest.mark.parametrize(
    ("wanted", "proved", "same"),
    [
        ("199001010017", "199001010017", True),
        ("199001010017", "19900101-0017", True),
        ("199001010017", "199001010025", False),
        ("199001010017", "", False),
        ("-", "", False),
        (None, "199001010017", True),
    ],
)
def test_national_ids_are_compared_by_what_they_say(
    wanted: str | None, proved: str, same: bool
) -> None:
    asked = replace(task("ada"), person=Person(name="Ada", national_id=wanted))
    assert is_person(asked, "nbid", proved) is same


def test_a_national_id_is_not_shown_by_accident() -> None:
    assert "199001010017" not in repr(Person(name="Ada", national_id="199001010017"))


def test_an_eid_signs_only_after_it_was_used() -> None:
    offered = replace(task("ada"), methods=("bankid_se",))
    by_eid = act(method="bankid_se", text=None)
    with pytest.raises(IdentityRequired):
        check_act(sent(offered), sent(offered).task("ada"), by_eid)
    used = sent(replace(offered, identified=("bankid_se",)))
    check_act(used, used.task("ada"), by_eid)


@pytest.mark.parametrize(
    ("methods", "identified", "due"),
    [
        (("nbid",), (), ("nbid",)),
        (("nbid", "mitid"), (), ("nbid", "mitid")),
        (("nbid", "mitid"), ("mitid",), ()),
        (("nbid",), ("bankid_se",), ("nbid",)),
        (("drawn", "nbid"), (), ()),
    ],
)
def test_an_eid_is_due_before_signing_where_nothing_else_is_offered(
    methods: tuple[str, ...], identified: tuple[str, ...], due: tuple[str, ...]
) -> None:
    signer = replace(task("ada"), methods=methods, identified=identified)
    assert (signer.signing_due, signer.identity_due) == (due, ())
    assert replace(signer, actions={}).signing_due == ()


@pytest.mark.parametrize(
    ("named", "found", "is_right"),
    [
        ("Åsa Öberg", "ÖBERG, Åsa", True),
        ("Åsa Öberg", "Åsa Maria Öberg", True),
        ("Åsa Maria Öberg", "Asa Öberg", False),
        ("Åsa", "Åsa Öberg", False),
        ("Åsa", "åsa", True),
        ("Åsa Öberg", "Bo Öberg", False),
        ("", "Bo Ek", True),
    ],
)
def test_a_key_is_its_owners_by_the_words_of_the_name(
    named: str, found: str, is_right: bool
) -> None:
    named_task = replace(task("a"), person=Person(name=named))
    assert is_owner(named_task, "key:NBID", "", found) is is_right


def test_a_number_that_was_named_counts_more_than_a_name() -> None:
    person = Person(name="Åsa", national_id="19900101-2385")
    named_task = replace(task("a"), person=person)
    assert is_owner(named_task, "key:NBID", "199001012385", "Another Name")
    assert not is_owner(named_task, "key:NBID", "", "Åsa")


def test_names_of_which_nothing_can_be_compared_are_nobodys() -> None:
    nameless = replace(task("a"), person=Person(name="", names=("·", "-")))
    assert not is_person(nameless, "nbid", "", "Bo Ek")


@pytest.mark.parametrize(
    ("identified", "found", "is_same"),
    [
        (("nbid",), "Bo Ek", False),
        (("nbid",), "ÖBERG, Åsa Maria", True),
        (("nbid",), "", True),
        (("email_code", "cpr", "artifact"), "Bo Ek", True),
        ((), "Bo Ek", True),
    ],
)
def test_two_eids_of_one_task_are_one_persons(
    identified: tuple[str, ...], found: str, is_same: bool
) -> None:
    known = replace(task("a"), person=Person(name="Åsa Öberg"), identified=identified)
    assert is_same_person(known, "mitid", found) is is_same
    numbered = replace(known, person=Person(name="Åsa Öberg", national_id="01019912345"))
    assert is_same_person(numbered, "mitid", found)
