"""Remote signing: from the person's login to a PDF that others find valid."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from countersign import pdf
from countersign.adapters.remote_signing.csc import CscSigning
from countersign.domain.errors import Conflict, Invalid, Unavailable
from countersign.pdf.verify.anybody import verify
from countersign.usecases.pki_port import PkiIdentified, PkiStep, PkiVendor
from tests.pdf.chain import World, now
from tests.pdf.judged import FIRST, certified
from tests.pdf.referees import assert_pdfsig_content
from tests.support.csc import CLIENT, CLIENT_SECRET, GOOD_FOR, OTP, PIN, CscServer, csc_server

pytestmark = pytest.mark.slow

BACK = "https://sign.example/s/token/signed"
TYPED = {"pin": PIN, "otp": OTP}
HASHES = [bytes([n]) * 32 for n in range(3)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CscServer]:
    with csc_server(tmp_path_factory.mktemp("csc")) as server:
        yield server


@pytest.fixture
def server(running: CscServer) -> CscServer:
    running.troubles.clear()
    running.asked.clear()
    running.slow = 0.0
    running.person("Åsa Öberg")
    return running


@pytest.fixture
def vendor(server: CscServer) -> Iterator[PkiVendor]:
    with closing(opened(server)) as client:
        yield client


def opened(server: CscServer, limit_s: float = 10.0) -> CscSigning:
    tls = server.client_tls()
    roots = [server.authority.root]
    return CscSigning(server.url, CLIENT, CLIENT_SECRET, roots, now, tls=tls, limit_s=limit_s)


def kept(secret: Mapping[str, str]) -> Mapping[str, str]:
    """As it comes back from the database."""
    stored: Mapping[str, str] = json.loads(json.dumps(dict(secret)))
    assert all(isinstance(value, str) for value in stored.values())
    return stored


def identified(server: CscServer, vendor: PkiVendor) -> PkiIdentified:
    step = vendor.start(BACK, "sv")
    return vendor.identify(kept(step.secret), server.agree(step.page["redirect_url"]))


def authorized(server: CscServer, vendor: PkiVendor, hashes: list[bytes]) -> PkiStep:
    return vendor.authorize(kept(identified(server, vendor).secret), hashes, "Contract")


@pytest.mark.parametrize("mode", ["explicit", "oauth2code"])
@pytest.mark.parametrize(("kind", "raw"), [("P-256", False), ("P-256", True), ("RSA", False)])
def test_a_person_signs_several_pdfs_with_their_own_key(
    server: CscServer, vendor: PkiVendor, mode: str, kind: str, raw: bool, tmp_path: Path
) -> None:
    server.person("Åsa Öberg", kind, mode=mode, raw=raw)
    who = identified(server, vendor)
    world = World.new(tmp_path)
    chains = [certified(world), certified(world)]
    acts = [
        pdf.prepare_act(
            chain.state, chain.chain, chain.digest, 0, FIRST,
            pdf.certified(who.owner.certificate, who.owner.chain), chain.timestamper, now(),
        )
        for chain in chains
    ]  # fmt: skip
    hashes = [act.to_sign for act in acts]
    step = vendor.authorize(kept(who.secret), hashes, "Two contracts")
    if mode == "explicit":
        assert [field["id"] for field in step.page["ask"]] == ["pin", "otp"]
        answer: Mapping[str, str] = TYPED
    else:
        answer = server.agree(step.page["redirect_url"])
    values = vendor.sign(kept(step.secret), hashes, answer)
    roots = [server.authority.root, world.keys.certificate("root")]
    for chain, act, value in zip(chains, acts, values, strict=True):
        chain._add(pdf.finish_act(act, chain.digest, value, chain.timestamper))
        report = verify(chain.data, roots, now())
        assert report.verdict == "valid"
        assert [one.who for one in report.signatures][-1] == "Åsa Öberg"
    path = tmp_path / "signed.pdf"
    path.write_bytes(chains[0].data)
    assert_pdfsig_content(path, 2)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"pin": "000000", "otp": OTP}, "pin"),
        ({"pin": PIN, "otp": "000000"}, "otp"),
        ({"pin": PIN}, "otp"),
        ({"pin": "", "otp": OTP}, "pin"),
    ],
)
def test_what_was_typed_wrong_can_be_typed_again(
    server: CscServer, vendor: PkiVendor, typed: Mapping[str, str], field: str
) -> None:
    step = authorized(server, vendor, HASHES)
    with pytest.raises(Invalid) as refusal:
        vendor.sign(step.secret, HASHES, typed)
    assert list(refusal.value.fields) == [field]
    assert len(vendor.sign(step.secret, HASHES, TYPED)) == len(HASHES)


def test_a_pin_is_in_no_log_and_no_error(
    server: CscServer, vendor: PkiVendor, capfd: pytest.CaptureFixture[str]
) -> None:
    step = authorized(server, vendor, HASHES)
    wrong = {"pin": "975310", "otp": "864202"}
    with pytest.raises(Invalid) as refusal:
        vendor.sign(step.secret, HASHES, wrong)
    repeated = {"error": f"not {wrong['pin']}", "error_description": str(wrong)}
    server.troubles["/csc/v2/credentials/authorize"] = (500, json.dumps(repeated).encode())
    with pytest.raises(Unavailable) as failure:
        vendor.sign(step.secret, HASHES, wrong)
    told = "".join((*map(str, (refusal.value, failure.value)), *capfd.readouterr()))
    assert "remote_signing_refused" in told
    assert not {secret for secret in wrong.values() if secret in told}


def test_the_service_sends_a_code_before_the_person_is_asked(
    server: CscServer, vendor: PkiVendor
) -> None:
    authorized(server, vendor, HASHES)
    assert server.asked["/csc/v2/credentials/getChallenge"] == 1


@pytest.mark.parametrize("step", ["start", "authorize"])
def test_who_does_not_agree_has_to_begin_anew(
    server: CscServer, vendor: PkiVendor, step: str
) -> None:
    server.person("Åsa Öberg", mode="oauth2code")
    if step == "start":
        begun = vendor.start(BACK, "sv")
        with pytest.raises(Conflict, match="did not agree"):
            vendor.identify(begun.secret, server.refuse(begun.page["redirect_url"]))
    else:
        begun = authorized(server, vendor, HASHES)
        with pytest.raises(Conflict, match="did not agree"):
            vendor.sign(begun.secret, HASHES, server.refuse(begun.page["redirect_url"]))


def test_an_answer_to_another_question_is_refused(server: CscServer, vendor: PkiVendor) -> None:
    mine, other = vendor.start(BACK, "sv"), vendor.start(BACK, "sv")
    for answer in (server.agree(other.page["redirect_url"]), {}, {"state": "å", "code": "x"}):
        with pytest.raises(Invalid, match="another question"):
            vendor.identify(mine.secret, answer)
    caught = server.agree(mine.page["redirect_url"])
    stolen = dict(other.secret) | {"state": caught["state"]}
    with pytest.raises(Conflict):  # PKCE: the code needs the verifier of its own question
        vendor.identify(stolen, caught)


def test_a_code_is_good_once(server: CscServer, vendor: PkiVendor) -> None:
    step = vendor.start(BACK, "sv")
    answer = server.agree(step.page["redirect_url"])
    assert vendor.identify(step.secret, answer)
    with pytest.raises(Conflict, match="begun anew"):
        vendor.identify(step.secret, answer)


def test_an_authorization_that_expired_has_to_be_begun_anew(
    server: CscServer, vendor: PkiVendor
) -> None:
    """The service's clock runs on between its authorization and the signature."""
    step = authorized(server, vendor, HASHES)
    server.troubles["/csc/v2/signatures/signHash"] = (400, b'{"error": "sad_expired"}')
    with pytest.raises(Conflict, match="begun anew"):
        vendor.sign(step.secret, HASHES, TYPED)
    server.advance(GOOD_FOR + 1)
    assert vendor.sign(step.secret, HASHES, TYPED)


def test_only_what_was_authorized_is_signed(server: CscServer, vendor: PkiVendor) -> None:
    step = authorized(server, vendor, HASHES)
    for other in (HASHES[:2], HASHES[::-1], []):
        with pytest.raises(Conflict, match="other documents"):
            vendor.sign(step.secret, other, TYPED)
    assert "/csc/v2/credentials/authorize" not in server.asked


def test_more_documents_than_a_key_signs_at_once_are_refused(
    server: CscServer, vendor: PkiVendor
) -> None:
    server.person("Åsa Öberg", most=2)
    with pytest.raises(Conflict, match="signs 2 documents at once"):
        authorized(server, vendor, HASHES)


def test_a_key_that_was_blocked_in_between_is_told(server: CscServer, vendor: PkiVendor) -> None:
    who = identified(server, vendor)
    for credential in server.credentials.values():
        credential.changes = {"key": {"status": "disabled", "algo": []}}
    with pytest.raises(Conflict, match="cannot be used any more"):
        vendor.authorize(who.secret, HASHES, "Contract")


@pytest.mark.parametrize(
    "changes",
    [
        {"key": {"status": "disabled", "algo": ["1.2.840.10045.4.3.2"]}},
        {"key": {"status": "enabled", "algo": ["1.2.3"]}},
        {"key": None},
        {"cert": {"status": "expired", "certificates": []}},
        {"cert": {"status": "valid", "certificates": []}},
        {"cert": {"status": "valid", "certificates": ["!"]}},
        {"cert": {"status": "valid", "certificates": ["AAAA"]}},
        {"cert": {"certificates": 7}},
        {"auth": {"mode": "implicit"}},
        {"auth": {"mode": "explicit", "objects": [{}]}},
        {"multisign": "many"},
    ],
)
def test_a_key_that_cannot_be_used_is_passed_over(
    server: CscServer, vendor: PkiVendor, changes: Mapping[str, Any]
) -> None:
    good = server.person("Åsa Öberg")
    bad = server.person("Somebody", changes=changes)
    server.credentials = {"bad": bad}
    with pytest.raises(Conflict, match="no certificate that can sign here"):
        identified(server, vendor)
    server.credentials = {"bad": bad, "good": good}
    assert identified(server, vendor).owner.certificate == good.key.certificate


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"<html>"),
        (200, b""),
        (200, b"[]"),
        (200, b"{}"),
        (200, b"\xff"),
        (200, b'{"oauth2": 7, "credentialIDs": 7, "access_token": 7, "SAD": [], "signatures": 7}'),
        (200, b'{"oauth2": "http://evil.example", "access_token": "a\\nb", "signatures": ["!"]}'),
        (200, b'{"signatures": [], "SAD": "", "access_token": "", "credentialIDs": {}}'),
        (403, b'{"error": ["invalid_pin"]}'),
        (302, b""),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/csc/v2/info",
        "/oauth2/token",
        "/csc/v2/credentials/list",
        "/csc/v2/credentials/authorize",
        "/csc/v2/signatures/signHash",
    ],
)
def test_a_malformed_answer_makes_the_service_unavailable(
    server: CscServer, vendor: PkiVendor, path: str, answer: tuple[int, bytes]
) -> None:
    server.troubles[path] = answer
    with pytest.raises(Unavailable, match="remote signing is not available"):
        vendor.sign(authorized(server, vendor, HASHES).secret, HASHES, TYPED)


def test_a_slow_service_is_not_waited_for(server: CscServer) -> None:
    with closing(opened(server, limit_s=0.2)) as vendor:
        server.slow = 0.5
        with pytest.raises(Unavailable):
            vendor.start(BACK, "sv")


def test_a_service_that_is_not_who_it_says_gets_nothing(server: CscServer) -> None:
    with (
        closing(CscSigning(server.url, CLIENT, CLIENT_SECRET, [], now)) as vendor,
        pytest.raises(Unavailable),
    ):
        vendor.start(BACK, "sv")
    assert not server.asked


def test_an_address_without_tls_is_refused() -> None:
    with pytest.raises(ValueError, match="must begin with https"):
        CscSigning("http://csc.example", CLIENT, CLIENT_SECRET, [], now)


def test_a_wrong_client_secret_is_the_operators_trouble(server: CscServer) -> None:
    client = CscSigning(server.url, CLIENT, "wrong", [], now, tls=server.client_tls())
    with closing(client) as vendor, pytest.raises(Unavailable):
        identified(server, vendor)
