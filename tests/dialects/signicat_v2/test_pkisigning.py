"""PKISIGNING: people sign with keys that a service keeps for them. Nothing but HTTP, real PDFs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from countersign.adapters.pdf_engine import verify_anybody
from countersign.adapters.pdf_engine.text_errands import text_report
from countersign.domain.signing_service import ServiceKind, SigningService
from countersign.usecases import sign_with_own_key
from countersign.usecases.add_signing_service import add_signing_service, remove_signing_service
from tests.contracts.threads import at_once
from tests.pdf import foreign
from tests.support.csc import OTP, PIN
from tests.support.installed import installed
from tests.support.own_keys import service_of
from tests.support.signed import assert_intact
from tests.xades.referees import signxml_finds, xmlsec_accepts

from .house import NOBODY
from .keeper import LOGIN, PKI, Place, client_of, kept_keys, link

pytestmark = pytest.mark.slow

ASTRID = "01019912345"
TEXT = "I owe Acme 100 crowns. – Åsa\n".encode()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with kept_keys(tmp_path_factory.mktemp("pki")) as place:
        yield place


@pytest.fixture
def place(opened: Place) -> Place:
    opened.service.troubles.clear()
    opened.service.slow = 0.0
    opened.service.person("Astrid Berg", number=f"PNONO-{ASTRID}", mode="oauth2code")
    return opened


def kept(data: bytes, folder: Path, name: str = "result.pdf") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def judged(data: bytes, place: Place) -> Any:
    """What pyHanko says, who believes the service's authority and ours."""
    roots = [place.service.authority.root, place.house.installation.keys.certificate("root")]
    return verify_anybody(data, roots, known_only=True).as_json


def log_in_and_sign(place: Place, session: Any, name: str) -> None:
    path, simulate = link(session), {"simulate": {"name": name, "national_id": "01019954321"}}
    client = place.house.client
    proved = client.post(f"{path}/identity/nbid", json=simulate)
    assert proved.status_code == 200, proved.text
    done = client.post(f"{path}/complete", json={"method": "nbid", "consent": True})
    assert done.status_code == 200, done.text


def happened(place: Place, collection: str) -> list[Any]:
    with place.house.ports.unit_of_work() as uow:
        return [link.event for link in uow.envelopes.evidence(collection)]


# ------------------------------------------------------------------ the whole way


def test_one_signs_with_their_own_key_and_another_by_logging_in(
    place: Place, tmp_path: Path
) -> None:
    where = place.client.collection()
    first = place.client.session(where)
    second = place.client.session(where, signingSetup=LOGIN)
    done = place.browser().sign(first)
    assert (done.status_code, done.headers["location"]) == (303, first["signatureUrl"])
    assert "Astrid" not in done.text
    assert place.client.state(first) == "SIGNED"
    log_in_and_sign(place, second, "Bo Ek")
    package = place.client.package(where)
    assert_intact(kept(package, tmp_path), ["Astrid Berg", "Bo Ek"])
    report = judged(package, place)
    assert (report["verdict"], report["level"]) == ("valid", "B-LTA"), report
    people = [one["who"] for one in report["signatures"] if one["kind"] == "signature"]
    assert people == ["Astrid Berg", "Bo Ek"]
    result = judged(place.client.result(first), place)
    assert result["verdict"] == "valid", result
    (proved, *_) = (e for e in happened(place, where[0]) if e.kind == "identity_proved")
    (credential,) = place.service.credentials.values()
    digest = credential.key.parsed.fingerprint(
        credential.key.parsed.signature_hash_algorithm  # type: ignore[arg-type]
    )
    assert dict(proved.data) == {"method": "key:NBID", "proof": digest.hex()}


def test_a_pin_and_a_code_may_be_asked_for_on_the_page(place: Place) -> None:
    place.service.person("Åsa Öberg", kind="RSA", mode="explicit")
    where = place.client.collection(documents=2)
    made, browser = place.client.session(where), place.browser()
    back = browser.agree(browser.go(made))
    assert back.headers["location"].endswith("?skipIntro=true#signing=ask")
    assert browser.asked(made) == ["pin", "otp"]
    wrong = browser.answer(made, pin="000000", otp=OTP)
    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (400, ["pin"])
    assert place.client.state(made) == "READY"
    done = browser.answer(made, pin=PIN, otp=OTP)
    assert done.status_code == 200, done.text
    assert done.json()["status"] == "completed"
    assert len(done.json()["documents"]) == 2
    assert place.client.state(made) == "SIGNED"
    for signature in place.client.read(made)["output"]["signatures"]:
        data = place.client.download(signature["resultDocumentId"])
        assert judged(data, place)["verdict"] == "valid"
    assert browser.answer(made, pin=PIN, otp=OTP).status_code == 409


def test_a_session_of_several_collections_is_signed_at_once(place: Place) -> None:
    places = [place.client.collection(), place.client.collection()]
    made = place.client.session(*places)
    place.browser().sign(made)
    assert place.client.state(made) == "SIGNED"
    for where in places:
        assert judged(place.client.package(where), place)["level"] == "B-LTA"


def test_a_text_is_signed_as_xades(place: Place, tmp_path: Path) -> None:
    where = place.client.collection(TEXT, "text/plain")
    made = place.client.session(where, signText="I have read it.")
    done = place.browser().sign(made)
    assert done.headers["location"] == made["signatureUrl"]
    (signature,) = place.client.read(made)["output"]["signatures"]
    assert signature["signatureType"] == "XADES"
    xml = place.client.result(made)
    root = place.service.authority.root
    assert xmlsec_accepts(xml, root, tmp_path)
    assert TEXT in signxml_finds(xml, root, tmp_path)
    roots = [root, place.house.installation.keys.certificate("root")]
    report = text_report(xml, roots, deferred=True)
    assert (report.level, report.trusted, report.who) == ("B-LT", True, "Astrid Berg")
    assert report.consent == "I have read it."
    assert place.client.package(where).startswith(b"%PDF-")


def test_a_pdf_that_was_signed_before_is_signed_too(place: Place) -> None:
    authority = foreign.Authority()
    where = place.client.collection(foreign.signed_contract(authority))
    made = place.client.session(where)
    place.browser().sign(made)
    assert place.client.state(made) == "SIGNED"
    roots = [
        place.service.authority.root,
        place.house.installation.keys.certificate("root"),
        authority.root_der,
    ]
    report = verify_anybody(place.client.package(where), roots, known_only=True).as_json
    people = [one["who"] for one in report["signatures"] if one["kind"] == "signature"]
    assert report["verdict"] == "valid", report
    assert people.count("Astrid Berg") == 1


def test_people_sign_on_postgresql_too(tmp_path: Path, postgres_url: str) -> None:
    with kept_keys(tmp_path, database_url=postgres_url) as place:
        place.service.person("Astrid Berg", mode="oauth2code")
        where = place.client.collection()
        place.browser().sign(place.client.session(where))
        assert judged(place.client.package(where), place)["level"] == "B-LTA"


def test_swedish_bankid_goes_by_the_name_of_a_vendor(place: Place, tmp_path: Path) -> None:
    add_signing_service(
        SigningService(
            account_id=place.client.account.id,
            name="SBID",
            kind=ServiceKind.BANKID,
            created_at=place.house.ports.clock(),
        ),
        place.house.ports,
    )
    setup = [{"signingFlow": "PKISIGNING", "vendor": "SBID"}]
    where = place.client.collection()
    made = place.client.session(where, signingSetup=setup)
    path, client = link(made), place.house.client
    act = {"method": "bankid_se", "consent": True}
    assert client.post(f"{path}/complete", json=act).status_code == 403
    person = {"simulate": {"name": "Åsa Öberg", "national_id": "199001012385"}}
    client.post(f"{path}/identity/bankid_se", json=person)
    assert client.post(f"{path}/complete", json=act).status_code == 200
    package = place.client.package(where)
    assert_intact(kept(package, tmp_path), ["Åsa Öberg"])
    remove_signing_service(place.client.account.id, "SBID", place.house.ports)
    assert place.client.ask(where, signingSetup=setup).status_code == 400


def test_bankid_is_offered_only_where_the_server_has_a_client(tmp_path: Path) -> None:
    with installed(tmp_path, sandbox=False) as house:
        client = client_of(house)
        where = client.collection()
        sbid = SigningService(
            account_id=client.account.id,
            name="SBID",
            kind=ServiceKind.BANKID,
            created_at=house.ports.clock(),
        )
        add_signing_service(sbid, house.ports)
        setup = [{"signingFlow": "PKISIGNING", "vendor": "SBID"}]
        (wrong,) = client.ask(where, signingSetup=setup).json()["invalidParams"]
        assert "client is not configured on this server" in wrong["reason"]


# ------------------------------------------------------------------ whom it is by


def test_only_the_person_who_was_named_signs(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    where = place.client.collection()
    made = place.client.session(where, signer={"nationalIdentificationNumber": ASTRID})
    place.service.person("Bo Ek", number="PNONO-02029954321", mode="oauth2code")
    browser = place.browser()
    back = browser.agree(browser.go(made))
    assert back.headers["location"].endswith("?skipIntro=true#signing=somebody_else")
    assert place.client.state(made) == "READY"
    assert [str(e.kind) for e in happened(place, where[0])][-1] == "identity_refused"
    place.service.person("Astrid Berg", number=f"PNONO-{ASTRID}", mode="oauth2code")
    browser.sign(made)
    assert place.client.state(made) == "SIGNED"
    assert ASTRID not in "".join(capfd.readouterr())


@pytest.mark.parametrize(("name", "signs"), [("ASTRID BERG", True), ("Bo Ek", False)])
def test_whoever_logged_in_before_is_who_signs(place: Place, name: str, signs: bool) -> None:
    before = {"enabled": True, "identityProviders": [{"idpName": "nbid"}]}
    made = place.client.session(place.client.collection(), preAuthentication=before)
    browser = place.browser()
    assert browser.start(made).status_code == 403
    simulate = {"simulate": {"name": name, "national_id": ASTRID}}
    place.house.client.post(f"{link(made)}/identity/nbid", json=simulate)
    back = browser.agree(browser.go(made))
    assert ("#signing=somebody_else" in back.headers["location"]) is not signs


def test_a_certificate_by_nobody_who_is_believed_signs_nothing(place: Place) -> None:
    other = client_of(place.house, "Careful")
    stranger = place.house.installation.keys.certificate("root")
    service_of(other.account, place.service, place.house, authorities=(stranger,))
    made, browser = other.session(other.collection()), place.browser()
    back = browser.agree(browser.go(made))
    assert back.headers["location"].endswith("#signing=unusable")
    assert other.state(made) == "READY"


def test_another_accounts_service_is_nobody_elses(place: Place) -> None:
    other = client_of(place.house, "Other")
    refused = other.ask(other.collection())
    assert refused.status_code == 400
    (wrong,) = refused.json()["invalidParams"]
    assert wrong["name"] == "[0].signingSetup[0].vendor"
    assert "not configured for this account" in wrong["reason"]


# ------------------------------------------------------------------ what may go wrong


def test_who_does_not_agree_may_begin_again(place: Place) -> None:
    made, browser = place.client.session(place.client.collection()), place.browser()
    assert browser.refuse(browser.go(made)).headers["location"].endswith("#signing=refused")
    back = browser.agree(browser.go(made))
    refused = browser.refuse(back.headers["location"])
    assert refused.headers["location"].endswith("#signing=refused")
    browser.sign(made)
    assert place.client.state(made) == "SIGNED"


def test_a_return_is_good_once_and_in_its_own_browser(place: Place) -> None:
    made, browser, other = (
        place.client.session(place.client.collection()),
        place.browser(),
        place.browser(),
    )
    address = browser.go(made)
    answer = place.service.agree(address)
    other.go(place.client.session(place.client.collection()))  # it has a cookie of its own
    assert other.come_back(answer).status_code == 400
    back = browser.come_back(answer)
    assert back.status_code == 303
    assert browser.come_back(answer).status_code == 400
    last = place.service.agree(back.headers["location"])
    assert other.come_back(last).status_code == 400
    assert browser.come_back(last).headers["location"] == made["signatureUrl"]
    assert browser.come_back(last).status_code == 400
    assert place.client.state(made) == "SIGNED"


def test_a_link_that_two_browsers_opened_is_signed_once(place: Place) -> None:
    where = place.client.collection()
    made, one, other = place.client.session(where), place.browser(), place.browser()
    first = one.agree(one.go(made)).headers["location"]
    other.sign(made)
    assert one.agree(first).status_code == 400
    assert one.start(made).status_code == 409
    people = [one["kind"] for one in judged(place.client.package(where), place)["signatures"]]
    assert people.count("signature") == 1


def test_a_pin_is_asked_for_in_the_browser_that_was_there(place: Place) -> None:
    place.service.person("Åsa Öberg", mode="explicit")
    made, browser, other = (
        place.client.session(place.client.collection()),
        place.browser(),
        place.browser(),
    )
    assert browser.answer(made, pin=PIN, otp=OTP).status_code == 409
    browser.agree(browser.go(made))
    assert other.asked(made) == []
    assert other.answer(made, pin=PIN, otp=OTP).status_code == 409
    assert browser.answer(made, pin=PIN, otp=OTP).status_code == 200


def test_a_document_that_grew_meanwhile_is_prepared_and_authorized_again(
    place: Place, tmp_path: Path
) -> None:
    where = place.client.collection()
    first, second = place.client.session(where), place.client.session(where, signingSetup=LOGIN)
    browser = place.browser()
    back = browser.agree(browser.go(first))
    log_in_and_sign(place, second, "Bo Ek")
    again = browser.agree(back.headers["location"])
    assert again.headers["location"].startswith(place.service.url)
    assert place.client.state(first) == "READY"
    assert browser.agree(again.headers["location"]).headers["location"] == first["signatureUrl"]
    package = place.client.package(where)
    assert_intact(kept(package, tmp_path), ["Astrid Berg", "Bo Ek"])
    assert judged(package, place)["level"] == "B-LTA"


@pytest.mark.parametrize("path", ["/csc/v2/credentials/list", "/csc/v2/credentials/info"])
def test_a_service_that_fails_after_the_login_loses_nothing(place: Place, path: str) -> None:
    made, browser = place.client.session(place.client.collection()), place.browser()
    place.service.troubles[path] = (500, b"<html>")
    assert browser.agree(browser.go(made)).headers["location"].endswith("#signing=away")
    browser.sign(made)
    assert place.client.state(made) == "SIGNED"


def test_a_service_that_fails_before_the_signature_may_be_asked_again(place: Place) -> None:
    place.service.person("Åsa Öberg", mode="explicit")
    made, browser = place.client.session(place.client.collection()), place.browser()
    browser.agree(browser.go(made))
    place.service.troubles["/csc/v2/signatures/signHash"] = (503, b"")
    assert browser.answer(made, pin=PIN, otp=OTP).status_code == 503
    assert browser.asked(made) == ["pin", "otp"]
    assert browser.answer(made, pin=PIN, otp=OTP).status_code == 200


def test_a_service_that_is_down_is_said(place: Place) -> None:
    place.service.troubles["/csc/v2/info"] = (502, b"")
    made, browser = place.client.session(place.client.collection()), place.browser()
    assert browser.start(made).status_code == 503
    browser.sign(made)
    assert place.client.state(made) == "SIGNED"


def test_a_signature_that_is_not_the_certificates_never_gets_into_a_file(place: Place) -> None:
    made, browser = place.client.session(place.client.collection()), place.browser()
    back = browser.agree(browser.go(made))
    false = b'{"signatures": ["MEUCIQDx"]}'
    place.service.troubles["/csc/v2/signatures/signHash"] = (200, false)
    assert browser.agree(back.headers["location"]).headers["location"].endswith("#signing=refused")
    assert place.client.state(made) == "READY"


def test_of_many_returns_at_once_one_signs(place: Place) -> None:
    where = place.client.collection()
    made, browser = place.client.session(where), place.browser()
    back = browser.agree(browser.go(made))
    answer = place.service.agree(back.headers["location"])
    statuses = at_once(6, lambda _number: browser.copy().come_back(answer).status_code)
    assert sorted(statuses) == [303, 400, 400, 400, 400, 400]
    assert place.client.state(made) == "SIGNED"
    people = [one["kind"] for one in judged(place.client.package(where), place)["signatures"]]
    assert people.count("signature") == 1


def test_a_step_that_was_lost_is_begun_anew(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process was killed when the signature had come and was not recorded."""
    made, browser = place.client.session(place.client.collection()), place.browser()
    back = browser.agree(browser.go(made))

    def killed(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(sign_with_own_key, "finish_remotely", killed)
        with suppress(OSError):
            browser.agree(back.headers["location"])
    assert place.client.state(made) == "READY"
    browser.sign(made)
    assert place.client.state(made) == "SIGNED"


def test_a_service_that_was_taken_away_is_said(place: Place) -> None:
    other = client_of(place.house, "Fickle")
    service_of(other.account, place.service, place.house)
    made, browser = other.session(other.collection()), place.browser()
    address = browser.go(made)
    remove_signing_service(other.account.id, "NBID", place.house.ports)
    assert browser.agree(address).headers["location"].endswith("#signing=away")
    assert browser.start(made).status_code == 503


def test_a_session_that_ended_meanwhile_is_not_signed(place: Place) -> None:
    made, browser = place.client.session(place.client.collection()), place.browser()
    back = browser.agree(browser.go(made))
    place.house.client.post(f"{link(made)}/decline", json={"reason": "no"})
    asked = place.service.asked.get("/csc/v2/signatures/signHash", 0)
    browser.agree(back.headers["location"])
    assert place.client.state(made) == "REJECTED"
    assert place.service.asked.get("/csc/v2/signatures/signHash", 0) == asked


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"state": ""},
        {"state": "x", "code": "y"},
        {"state": "\0"},
        {"state": "x", "code": "c" * 5000},
    ],
)
def test_a_return_that_nobody_was_sent_is_refused_kindly(
    place: Place, answer: dict[str, str]
) -> None:
    back = place.browser().come_back(answer)
    assert back.status_code == 400
    assert "Traceback" not in back.text


def test_consent_and_turn_come_before_the_service(place: Place) -> None:
    where = place.client.collection()
    first = place.client.session(where)
    second = place.client.session(where, subsequentTo=[first["id"]])
    browser = place.browser()
    assert browser.start(first, consent=False).status_code == 400
    assert browser.start(second).status_code == 409
    assert browser.start(first, method="key:OTHER").status_code == 400


def test_what_is_between_two_steps_is_stored_closed(place: Place) -> None:
    from sqlalchemy import text

    made, browser = place.client.session(place.client.collection()), place.browser()
    browser.agree(browser.go(made))
    with place.house.installation.database.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM identity_attempts")).all()
        services = connection.execute(text("SELECT * FROM signing_services")).all()
    stored = repr([tuple(row) for row in (*rows, *services)])
    assert made["id"] in stored
    assert not {word for word in ("Astrid", "client secret", "verifier") if word in stored}


def test_vendors_are_checked_when_a_session_is_made(place: Place) -> None:
    where = place.client.collection()
    for setup, reason in (
        ({"signingFlow": "PKISIGNING"}, "is needed"),
        ({"signingFlow": "PKISIGNING", "vendor": "SMARTID"}, "not configured for this account"),
    ):
        refused = place.client.ask(where, signingSetup=[setup])
        (wrong,) = refused.json()["invalidParams"]
        assert wrong["name"] == "[0].signingSetup[0].vendor"
        assert reason in wrong["reason"]
    assert place.client.ask((where[0], NOBODY), signingSetup=PKI).status_code == 400
