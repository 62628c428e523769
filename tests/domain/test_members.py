"""Passwords that are refused, codes by time, and how long guessing takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from countersign.domain.errors import Invalid, TooManyTries, Unauthorized
from countersign.domain.member import Guessing, Member, Role, clean_email, clean_name, network_of
from countersign.domain.one_time import (
    code_at,
    enrolment_address,
    matching_step,
    new_recovery_codes,
    new_secret,
    recovery_hashes,
    use_code,
)
from countersign.domain.password import check_password

NOW = datetime(2026, 11, 20, 8, 58, tzinfo=UTC)
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", RFC 6238, appendix B


@pytest.mark.parametrize(
    "password",
    [
        "Passw0rd1234",
        "password123456",
        "qwertyuiop123",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "1234567890123456",
        "iloveyou2026!!",
        "Welcome2026!",
        "olga.oberg.2026",
        "AcmeAcme2026",
        "P@$$w0rdP@$$w0rd",
        "short",
    ],
)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid):
        check_password(password, "olga.oberg@acme.test", "Olga Oberg", "Acme")


@pytest.mark.parametrize(
    "password",
    ["wooden boats in grey rain", "корова на крыше дома", "kY7#pQz!vR2m", "correct horse battery"],
)
def test_long_and_unusual_ones_are_taken(password: str) -> None:
    check_password(password, "olga@acme.test", "Olga", "Acme")


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(RFC_SECRET, seconds // 30, digits=8) == code


def test_a_clock_may_be_half_a_minute_off_and_no_code_is_good_twice() -> None:
    step = int(NOW.timestamp()) // 30
    secret = new_secret()
    for drift, fits in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        found = matching_step(secret, code_at(secret, step + drift), NOW)
        assert (found == step + drift) is fits
    spaced = f"{code_at(secret, step)[:3]} {code_at(secret, step)[3:]}"
    assert matching_step(secret, spaced, NOW) == step
    assert matching_step(secret, spaced, NOW, after=step) is None
    assert matching_step(secret, "äöü", NOW) is None


def test_a_recovery_code_is_used_up() -> None:
    codes = new_recovery_codes()
    member = Member(
        id="m",
        account_id="a",
        email="o@acme.test",
        name="O",
        role=Role.OWNER,
        created_at=NOW,
        totp_secret=new_secret(),
        recovery=recovery_hashes(codes),
    )
    after = use_code(member, codes[3].replace("-", " ").upper(), NOW)
    assert len(after.recovery) == len(codes) - 1
    with pytest.raises(Unauthorized):
        use_code(after, codes[3], NOW)
    with pytest.raises(Unauthorized):
        use_code(replace(member, totp_secret="no base32!"), "123456", NOW)


def test_an_app_reads_the_address() -> None:
    address = enrolment_address("ABC", "o@acme.test", "Counter sign")
    assert address.startswith("otpauth://totp/Counter%20sign:o%40acme.test?secret=ABC&issuer=")


def test_each_guess_after_five_takes_twice_as_long_up_to_a_quarter_of_an_hour() -> None:
    guessing, now, waited = Guessing("k"), NOW, []
    for _ in range(20):
        try:
            guessing = guessing.tried(now)
        except TooManyTries as problem:
            waited.append(problem.retry_after)
            now += timedelta(seconds=problem.retry_after)
            guessing = guessing.tried(now)
    assert [second - 1 for second in waited] == [2, 4, 8, 16, 32, 64, 128, 256, 512] + [900] * 6
    assert guessing.tried(now + timedelta(days=1)).tries == 1


@pytest.mark.parametrize("text", ["", "a", "a@", "@b", "a b@c", "a@b@c", "a@b\n", "ä" * 300 + "@x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    if text != "a@b\n":
        with pytest.raises(Invalid):
            clean_email(text)
    else:
        assert clean_email(text) == "a@b"


def test_a_letter_that_only_looks_like_another_is_another_persons() -> None:
    with pytest.raises(Invalid):
        clean_email("\N{KELVIN SIGN}im@acme.test")
    assert clean_email("KIM@Acme.test") == "kim@acme.test"
    assert clean_email("ÅSA@acme.test") == "åsa@acme.test"


def test_names_are_one_line() -> None:
    assert clean_name("  Ada \n Lovelace ") == "Ada Lovelace"
    with pytest.raises(Invalid):
        clean_name("a\u202eb")


def test_a_place_is_an_address_or_the_network_of_a_household() -> None:
    assert network_of("192.0.2.7") == "192.0.2.7"
    assert (
        network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    )
    assert network_of("testclient") == "testclient"
