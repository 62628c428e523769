"""Whose key it is by its certificate, and which certificates may sign here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from countersign.adapters.remote_signing.owner import owner_of
from countersign.domain.errors import Invalid
from tests.support.signing_authority import Certified, SigningAuthority, p256

NOW = datetime.now(UTC)
AUTHORITY = SigningAuthority("Persons")


def row(certified: Certified) -> tuple[bytes, ...]:
    """As a service gives it: without the root."""
    return (certified.certificate, *certified.above[:-1])


def test_the_owner_is_whom_the_certificate_names() -> None:
    asa = AUTHORITY.issue("Åsa Öberg", p256(), number="PNOSE-199001012385")
    owner = owner_of(row(asa), [AUTHORITY.root], NOW)
    assert (owner.name, owner.national_id) == ("Åsa Öberg", "199001012385")
    assert owner.certificates == (asa.certificate, *asa.above)
    assert "199001012385" not in repr(owner)


@pytest.mark.parametrize(("number", "found"), [("", ""), ("UN:NO-1.2.3", "UN:NO-1.2.3")])
def test_a_number_of_another_kind_stays_what_it_is(number: str, found: str) -> None:
    asa = AUTHORITY.issue("Åsa", p256(), number=number)
    assert owner_of(row(asa), [AUTHORITY.root], NOW).national_id == found


def test_the_nearest_authority_that_is_believed_ends_the_chain() -> None:
    asa = AUTHORITY.issue("Åsa", p256())
    owner = owner_of(row(asa), [AUTHORITY.root, AUTHORITY.issuing], NOW)
    assert (owner.chain, owner.root) == ((), AUTHORITY.issuing)


def test_what_does_not_belong_to_the_chain_is_left_out() -> None:
    asa, other = AUTHORITY.issue("Åsa", p256()), SigningAuthority("Other")
    given = (asa.certificate, other.issuing, *asa.above)
    assert owner_of(given, [AUTHORITY.root], NOW).chain == (AUTHORITY.issuing,)


def refused() -> dict[str, tuple[tuple[bytes, ...], str]]:
    old = AUTHORITY.issue("Åsa", p256(), NOW - timedelta(days=9), timedelta(days=2))
    early = AUTHORITY.issue("Åsa", p256(), NOW + timedelta(days=1))
    return {
        "expired": (row(old), "is not valid now"),
        "early": (row(early), "is not valid now"),
        "authority": (row(AUTHORITY.for_something_else("CA", p256(), "authority")), "authority's"),
        "stamp": (row(AUTHORITY.for_something_else("TSA", p256(), "timestamps")), "timestamps"),
        "stranger": (row(SigningAuthority("Persons").issue("Åsa", p256())), "no authority"),
        "chainless": (row(AUTHORITY.issue("Åsa", p256()))[:1], "no authority"),
        "damaged": ((b"none",), "is damaged"),
        "nothing": ((), "is damaged"),
    }


@pytest.mark.parametrize("kind", refused())
def test_a_certificate_that_may_not_sign_here_is_refused(kind: str) -> None:
    given, why = refused()[kind]
    with pytest.raises(Invalid, match=why) as refusal:
        owner_of(given, [AUTHORITY.root], NOW)
    assert list(refusal.value.fields) == ["certificate"]
