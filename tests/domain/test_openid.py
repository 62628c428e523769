"""What can be used as a provider of eIDs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from countersign.domain.eids import EID_NAMES, eid_name
from countersign.domain.errors import Invalid
from countersign.domain.openid import OpenIdProvider, check_provider
from countersign.domain.signing import identity_needed

GOOD = OpenIdProvider(
    account_id="a",
    name="nbid",
    issuer="https://login.example/auth/open",
    client_id="c",
    client_secret="s",
    created_at=datetime(2026, 11, 20, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "issuer",
    [
        "https://login.example",
        "https://login.example:8443/a/",
        "http://localhost:3000",
        "http://127.0.0.1:1",
        "http://[::1]:3000",
    ],
)
def test_an_issuer_is_an_address_that_nobody_on_the_way_can_change(issuer: str) -> None:
    check_provider(replace(GOOD, issuer=issuer))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "http://login.example"),
        ("issuer", "http://localhost.evil.example"),
        ("issuer", "https://login.example?x=1"),
        ("issuer", "https://login.example#x"),
        ("issuer", "https://user:password@login.example"),
        ("issuer", "https://login.example/ a"),
        ("issuer", "https://login.example:port"),
        ("issuer", "https://[::1"),
        ("issuer", "login.example"),
        ("issuer", ""),
        ("name", ""),
        ("name", "NBID"),
        ("name", "email_code"),
        ("name", "drawn"),
        ("name", "a" * 41),
        ("client_id", ""),
        ("client_id", "a\nb"),
        ("client_secret", ""),
        ("scopes", ()),
        ("scopes", ("open id",)),
        ("acr_values", ('"',)),
        ("national_id_claim", ""),
        ("name_claim", "å"),
    ],
)
def test_what_can_not_be_used_is_named(field: str, value: object) -> None:
    with pytest.raises(Invalid) as refused:
        check_provider(replace(GOOD, **{field: value}))  # type: ignore[arg-type]
    assert len(refused.value.fields) == 1


def test_an_eid_that_nobody_knows_is_called_as_the_sender_calls_it() -> None:
    assert (eid_name("nbid"), eid_name("our_own")) == ("BankID (Norway)", "our own")
    assert {"nbid", "sbid", "mitid", "ftn", "samleikin", "bankid_se"} <= EID_NAMES.keys()


def test_the_only_way_to_sign_is_proved_before_anything_is_shown() -> None:
    assert identity_needed((), ("nbid",)) == ("nbid",)
    assert identity_needed(("email_code", "nbid"), ("nbid",)) == ("email_code", "nbid")
    assert identity_needed((), ("drawn", "nbid")) == ()
    assert identity_needed((), ("click",)) == ()
