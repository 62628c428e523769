"""Signing at once with an account's own key: what comes out, judged by others."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

from countersign.adapters.keys.local import LocalKeys, open_local_keys
from countersign.adapters.pdf_engine import Keyring, MerchantSigning, verify_anybody
from countersign.domain.errors import Invalid, Unavailable, UnusableFile
from countersign.domain.merchant_key import KeyFacts, KeyKind, MerchantKey
from tests.pdf.chain import PUBLIC_URL, now
from tests.pdf.referees import assert_pdfsig_content
from tests.pdf.samples import contract
from tests.support.publishing import publishing
from tests.support.signing_authority import SigningAuthority, p256, rsa2048
from tests.support.softhsm import PIN, SoftHsm

pytestmark = pytest.mark.slow

PASSWORD = "correct horse"
PDF = "application/pdf"


@pytest.fixture(scope="module")
def authority() -> SigningAuthority:
    return SigningAuthority("Merchant CA")


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> LocalKeys:
    return open_local_keys(tmp_path_factory.mktemp("keys") / "keys", PUBLIC_URL, now())


@pytest.fixture(scope="module")
def signing(local: LocalKeys) -> MerchantSigning:
    return MerchantSigning(Keyring(local, now))


def in_file(data: bytes, password: str = PASSWORD) -> Mapping[str, str]:
    return {"file": base64.b64encode(data).decode(), "password": password}


def merchant_key(
    signing: MerchantSigning,
    kind: KeyKind,
    place: Mapping[str, str],
    secret: Mapping[str, str],
) -> MerchantKey:
    return MerchantKey(
        account_id="a",
        vendor="NBID",
        kind=kind,
        place=place,
        secret=secret,
        facts=signing.examine(kind, place, secret),
        created_at=now(),
    )


@pytest.fixture(scope="module", params=["P-256 file", "RSA file", "P-256 token", "RSA token"])
def key(
    request: pytest.FixtureRequest, signing: MerchantSigning, authority: SigningAuthority
) -> MerchantKey:
    made = rsa2048() if "RSA" in request.param else p256()
    certified = authority.issue("Example AB", made)
    if "file" in request.param:
        return merchant_key(signing, KeyKind.PKCS12, {}, in_file(certified.pkcs12(PASSWORD)))
    softhsm: SoftHsm = request.getfixturevalue("softhsm")
    place = asdict(softhsm.token(request.param).put("seal", certified))
    return merchant_key(signing, KeyKind.PKCS11, place, {"pin": PIN})


def test_every_kind_of_key_signs_and_signs_again_what_is_signed(
    signing: MerchantSigning,
    local: LocalKeys,
    authority: SigningAuthority,
    key: MerchantKey,
    tmp_path: Path,
) -> None:
    once = signing.sign(key, contract(), PDF, now())
    twice = signing.sign(key, once, PDF, now())
    assert twice.startswith(once)
    path = tmp_path / "signed.pdf"
    path.write_bytes(twice)
    assert_pdfsig_content(path, 2)
    trusted = [authority.root, local.certificate("root")]
    verdict = verify_anybody(twice, trusted, known_only=True)
    assert verdict.exit_code == 0, verdict.as_text
    found = [(one["kind"], one["who"]) for one in verdict.as_json["signatures"]]
    assert [who for kind, who in found if kind == "signature"] == ["Example AB"] * 2
    assert [kind for kind, _ in found].count("document timestamp") == 2


def test_a_vendors_authority_with_revocation_lists_gives_long_term_signatures(
    signing: MerchantSigning, local: LocalKeys
) -> None:
    with publishing() as (url, lists):
        authority = SigningAuthority("Publishing CA", url)
        lists.update(authority.published())
        data = authority.issue("Example AB", p256()).pkcs12(PASSWORD)
        key = merchant_key(signing, KeyKind.PKCS12, {}, in_file(data))
        signed = signing.sign(key, contract(), PDF, now())
    verdict = verify_anybody(signed, [authority.root, local.certificate("root")], known_only=True)
    assert verdict.as_json["level"] == "B-LTA", verdict.as_text


def test_lists_that_cannot_be_had_or_believed_do_not_stop_signing(
    signing: MerchantSigning, local: LocalKeys
) -> None:
    with publishing() as (url, lists):
        authority, other = SigningAuthority("One CA", url), SigningAuthority("One CA", url)
        lists.update(other.published())
        data = authority.issue("Example AB", p256()).pkcs12(PASSWORD)
        key = merchant_key(signing, KeyKind.PKCS12, {}, in_file(data))
        forged = signing.sign(key, contract(), PDF, now())
        lists.clear()
        without = signing.sign(key, contract(), PDF, now())
    for signed in (forged, without):
        trusted = [authority.root, local.certificate("root")]
        verdict = verify_anybody(signed, trusted, known_only=True)
        assert (verdict.exit_code, verdict.as_json["level"]) == (0, "B-T"), verdict.as_text


def test_the_facts_of_a_key_are_those_of_its_certificate(
    signing: MerchantSigning, authority: SigningAuthority
) -> None:
    begins = now().replace(microsecond=0) - timedelta(days=400)
    certified = authority.issue("Example AB", p256(), begins, timedelta(days=365))
    facts = signing.examine(KeyKind.PKCS12, {}, in_file(certified.pkcs12(PASSWORD)))
    expires = begins + timedelta(days=365)
    assert facts == KeyFacts(subject="CN=Example AB", begins=begins, expires=expires)


@pytest.mark.parametrize(
    ("kind", "place", "secret", "said"),
    [
        (KeyKind.PKCS12, {}, in_file(b"no container"), "the PKCS#12 file cannot be opened"),
        (KeyKind.PKCS12, {}, {}, "something is missing"),
        (KeyKind.PKCS12, {}, {"file": "å", "password": ""}, "something is missing"),
        (KeyKind.PKCS11, {"module": "/x.so"}, {"pin": "1"}, "something is missing"),
        (
            KeyKind.PKCS11,
            {"module": "/x.so", "token": "t", "label": "k"},
            {"pin": "1"},
            "the module /x.so cannot be loaded",
        ),
    ],
)
def test_what_cannot_be_opened_is_said(
    signing: MerchantSigning,
    kind: KeyKind,
    place: Mapping[str, str],
    secret: Mapping[str, str],
    said: str,
) -> None:
    with pytest.raises(Invalid, match=said):
        signing.examine(kind, place, secret)


def test_a_wrong_password_is_refused_without_being_told(
    signing: MerchantSigning, authority: SigningAuthority
) -> None:
    data = authority.issue("Example AB", p256()).pkcs12(PASSWORD)
    with pytest.raises(Invalid, match="cannot be opened") as refusal:
        signing.examine(KeyKind.PKCS12, {}, in_file(data, "battery staple"))
    assert "battery" not in f"{refusal.value}{refusal.value.fields}"


@pytest.mark.parametrize(
    ("data", "media_type", "code"),
    [
        (b"", PDF, "empty"),
        (b"<!doctype html>", PDF, "not_pdf"),
        (contract()[:300], PDF, "broken"),
        (contract(), "image/png", "not_pdf"),
        (contract(), "", "not_pdf"),
    ],
)
def test_what_cannot_be_signed_is_refused(
    signing: MerchantSigning,
    authority: SigningAuthority,
    data: bytes,
    media_type: str,
    code: str,
) -> None:
    secret = in_file(authority.issue("Example AB", p256()).pkcs12(PASSWORD))
    key = merchant_key(signing, KeyKind.PKCS12, {}, secret)
    with pytest.raises(UnusableFile) as refusal:
        signing.sign(key, data, media_type, now())
    assert refusal.value.code == code


def test_a_token_that_is_away_makes_signing_unavailable(
    signing: MerchantSigning, authority: SigningAuthority, softhsm: SoftHsm
) -> None:
    token = softhsm.token("leaving")
    place = asdict(token.put("seal", authority.issue("Example AB", p256())))
    key = merchant_key(signing, KeyKind.PKCS11, place, {"pin": PIN})
    softhsm.pull_out(token)
    with pytest.raises(Unavailable, match="merchant key is not available"):
        signing.sign(key, contract(), PDF, now())
