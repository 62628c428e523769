"""Keys that were revoked sign nothing, and what their authorities say is in the file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from countersign.adapters.pdf_engine import verify_anybody
from countersign.adapters.pdf_engine.text_errands import text_report
from tests.support.csc import Credential
from tests.support.processes import wait_until
from tests.support.signed import assert_intact
from tests.xades.referees import signxml_finds, xmlsec_accepts

from .keeper import Place, kept_keys

pytestmark = pytest.mark.slow

TEXT = b"I owe Acme 100 crowns.\n"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with kept_keys(tmp_path) as place:
        yield place


def person(place: Place, kind: str = "P-256", **more: Any) -> Credential:
    return place.service.person("Astrid Berg", kind=kind, mode="oauth2code", **more)


def with_responder(place: Place, *, named: bool = True) -> Credential:
    """Somebody about whom a responder is to be asked, and no list of theirs is there."""
    authority = place.service.authority
    authority.has_responder = True
    made = person(place)
    place.lists["/ocsp"] = authority.responder([made.key], named=named)
    del place.lists["/issuing.crl"]
    return made


def judged(data: bytes, place: Place) -> Any:
    roots = [place.service.authority.root, place.house.installation.keys.certificate("root")]
    return verify_anybody(data, roots, known_only=True).as_json


def turned_away(place: Place, session: Any) -> str:
    """The hint with which the browser comes back from its login."""
    browser = place.browser()
    back = browser.agree(browser.go(session))
    return str(back.headers["location"].partition("#signing=")[2])


def test_a_key_on_its_authoritys_list_signs_nothing(place: Place) -> None:
    place.service.authority.revoke(person(place).key)
    place.lists.update(place.service.authority.published())
    made = place.client.session(place.client.collection())
    assert turned_away(place, made) == "unusable"
    assert place.client.state(made) == "READY"
    assert "/csc/v2/signatures/signHash" not in place.service.asked


def test_a_key_that_the_responder_calls_revoked_signs_nothing(place: Place) -> None:
    place.service.authority.revoke(with_responder(place).key)
    assert turned_away(place, place.client.session(place.client.collection())) == "unusable"


def test_a_key_that_is_revoked_on_the_way_signs_nothing(place: Place) -> None:
    key = with_responder(place).key
    made, browser = place.client.session(place.client.collection()), place.browser()
    back = browser.agree(browser.go(made))
    place.service.authority.revoke(key)
    before, later = place.house.ports.clock(), timedelta(minutes=2)
    place.house.advance(later)
    wait_until(lambda: place.house.ports.clock() >= before + later, "the clock to have moved")
    done = browser.agree(back.headers["location"])
    assert done.headers["location"].endswith("#signing=unusable")
    assert place.client.state(made) == "READY"
    assert "/csc/v2/signatures/signHash" not in place.service.asked


@pytest.mark.parametrize("trouble", ["nobody answers", "an answer by somebody else"])
def test_nobody_signs_while_it_is_unknown_whether_the_key_was_revoked(
    place: Place, trouble: str
) -> None:
    with_responder(place, named=False)
    if trouble == "nobody answers":
        place.lists.clear()
    made = place.client.session(place.client.collection())
    assert turned_away(place, made) == "away"
    assert place.client.state(made) == "READY"


def test_what_the_responder_says_is_in_the_file(place: Place, tmp_path: Path) -> None:
    with_responder(place)
    where = place.client.collection()
    place.browser().sign(place.client.session(where))
    package = place.client.package(where)
    assert b"/OCSPs[" in package
    path = tmp_path / "package.pdf"
    path.write_bytes(package)
    assert_intact(path, ["Astrid Berg"])
    report = judged(package, place)
    assert (report["verdict"], report["level"]) == ("valid", "B-LTA"), report
    with place.house.ports.unit_of_work() as uow:
        links = uow.envelopes.evidence(where[0])
    (verified,) = (one.event for one in links if one.event.kind == "envelope_verified")
    assert "B-LTA" in str(verified.data)


def test_what_the_responder_says_is_beside_a_text_too(place: Place, tmp_path: Path) -> None:
    with_responder(place)
    made = place.client.session(place.client.collection(TEXT, "text/plain"))
    place.browser().sign(made)
    xml, root = place.client.result(made), place.service.authority.root
    assert b"<xades:OCSPValues>" in xml
    assert xmlsec_accepts(xml, root, tmp_path)
    assert TEXT in signxml_finds(xml, root, tmp_path)
    roots = [root, place.house.installation.keys.certificate("root")]
    report = text_report(xml, roots, deferred=True)
    assert (report.level, report.trusted) == ("B-LT", True)


def test_certificates_that_name_nobody_to_ask_leave_a_lower_level(tmp_path: Path) -> None:
    with kept_keys(tmp_path, publishes=False) as place:
        person(place)
        where = place.client.collection()
        place.browser().sign(place.client.session(where))
        report = judged(place.client.package(where), place)
    assert (report["verdict"], report["level"]) == ("valid", "B-T"), report


def test_keys_that_sign_by_pss_are_taken(place: Place, tmp_path: Path) -> None:
    person(place, "RSA", pss=True)
    where = place.client.collection()
    made = place.client.session(where)
    place.browser().sign(made)
    assert place.client.state(made) == "SIGNED"
    path = tmp_path / "package.pdf"
    path.write_bytes(place.client.package(where))
    assert_intact(path, ["Astrid Berg"])
    report = judged(path.read_bytes(), place)
    assert (report["verdict"], report["level"]) == ("valid", "B-LTA"), report


def test_texts_are_signed_by_pss(place: Place, tmp_path: Path) -> None:
    person(place, "RSA", pss=True)
    made = place.client.session(place.client.collection(TEXT, "text/plain"))
    place.browser().sign(made)
    xml, root = place.client.result(made), place.service.authority.root
    assert b"#sha256-rsa-MGF1" in xml
    # xmlsec knows this method from version 1.3 on only
    assert TEXT in signxml_finds(xml, root, tmp_path)
