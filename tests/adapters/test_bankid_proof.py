"""What BankID gives is believed only when all of it fits."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from countersign.adapters.identity.bankid import CHECKED, BankId
from countersign.adapters.identity.client_certificate import load_roots
from countersign.domain.errors import Unavailable
from countersign.usecases.identity_port import Proved, Started
from tests.adapters.test_bankid import ASTRID, BO, asked, collect, connected
from tests.support.bankid import (
    BankIdServer,
    Order,
    bankid_server,
    completion,
    pem_of,
    signature,
)
from tests.support.signing_authority import SigningAuthority, rsa2048
from tests.support.tools import require_tool

pytestmark = pytest.mark.slow

NAME = "Astrid Lindström"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BankIdServer]:
    with bankid_server(tmp_path) as running:
        yield running


@pytest.fixture
def client(server: BankIdServer) -> Iterator[BankId]:
    client = connected(server)
    yield client
    client.close()


def begun(client: BankId, server: BankIdServer) -> tuple[Started, Order, dict[str, Any]]:
    """An order that was found, and what would be told of Astrid's signature."""
    started = client.start(asked())
    order = server.phone.scan(started.page["qr"])
    return started, order, server.completion(order, ASTRID, NAME)


def why(client: BankId, started: Started, order: Order, told: dict[str, Any]) -> str:
    """What the log says when this was told and refused."""
    order.completion, order.ended = told, "complete"
    with pytest.raises(Unavailable), capture_logs() as logs:
        collect(client, started)
    (line,) = logs
    assert line["event"] == "bankid_proof_refused"
    assert "1964" not in str(line)
    return str(line["why"])


def changed(told: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    xml = base64.b64decode(told["signature"]).decode()
    assert old in xml
    return told | {"signature": base64.b64encode(xml.replace(old, new, 1).encode()).decode()}


def test_what_was_checked_is_said(client: BankId, server: BankIdServer) -> None:
    started, order, told = begun(client, server)
    order.completion, order.ended = told, "complete"
    outcome = collect(client, started)
    assert isinstance(outcome, Proved)
    assert outcome.checked == CHECKED


def test_the_tests_own_signature_is_one(
    client: BankId, server: BankIdServer, tmp_path: Path
) -> None:
    _started, order, _told = begun(client, server)
    path = tmp_path / "signature.xml"
    path.write_text(signature(order, server.person(NAME, ASTRID)))
    command = [require_tool("xmlsec1"), "--verify", "--trusted-pem", str(server.root)]
    command += ["--id-attr:Id", "bankIdSignedData", "--id-attr:Id", "KeyInfo", str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("name", ["usrVisibleData", "usrNonVisibleData"])
def test_a_changed_text_is_refused(client: BankId, server: BankIdServer, name: str) -> None:
    started, order, told = begun(client, server)
    wrong = changed(told, f"</{name}>", f"AAAA</{name}>")
    assert "does not verify" in why(client, started, order, wrong)


def test_a_signature_for_another_order_is_refused(client: BankId, server: BankIdServer) -> None:
    other = client.start(asked("Jag köper en båt"))
    bought = server.phone.scan(other.page["qr"])
    started, order, _told = begun(client, server)
    assert "another text" in why(client, started, order, server.completion(bought, ASTRID, NAME))


def test_signed_words_elsewhere_in_the_file_do_not_count(
    client: BankId, server: BankIdServer
) -> None:
    """The signed element is kept for the signature, and another one stands where one looks."""
    other = client.start(asked("Jag köper en båt"))
    bought = server.phone.scan(other.page["qr"])
    started, order, _told = begun(client, server)
    theirs = server.completion(bought, ASTRID, NAME)
    forged = (
        f"<Object><x:bankIdSignedData xmlns:x='http://www.bankid.com/signature/v1.0.0/types'>"
        f"<x:usrVisibleData>{order.asked['userVisibleData']}</x:usrVisibleData>"
        f"<x:usrNonVisibleData>{order.asked['userNonVisibleData']}</x:usrNonVisibleData>"
        "</x:bankIdSignedData></Object>"
    )
    assert why(client, started, order, changed(theirs, "<Object>", f"{forged}<Object>"))


def test_another_persons_signature_is_refused(client: BankId, server: BankIdServer) -> None:
    started, order, told = begun(client, server)
    person = server.person("Bo Ek", BO)
    response = server.persons.response(person, server.responder)
    theirs = completion(order, person, BO, "Bo Ek", response)
    assert "another person's" in why(client, started, order, theirs | {"user": told["user"]})


def test_a_certificate_of_an_unknown_authority_is_refused(
    client: BankId, server: BankIdServer
) -> None:
    started, order, _told = begun(client, server)
    strangers = SigningAuthority("Test BankID persons")
    person = strangers.issue(NAME, rsa2048(), number=ASTRID)
    response = strangers.response(person, strangers.delegate())
    told = completion(order, person, ASTRID, NAME, response)
    assert "not good" in why(client, started, order, told)


def test_an_expired_certificate_is_refused(client: BankId, server: BankIdServer) -> None:
    started, order, _told = begun(client, server)
    begins, lasts = datetime.now(UTC) - timedelta(days=9), timedelta(days=8)
    person = server.persons.issue(NAME, rsa2048(), begins, lasts, number=ASTRID)
    response = server.persons.response(person, server.responder)
    told = completion(order, person, ASTRID, NAME, response)
    assert "InvalidCertificate" in why(client, started, order, told)


@pytest.mark.parametrize("trouble", ["revoked", "old", "about another", "by nobody named", "none"])
def test_without_a_good_answer_of_the_bank_nothing_is_proved(
    client: BankId, server: BankIdServer, trouble: str
) -> None:
    started, order, told = begun(client, server)
    person, other = server.person(NAME, ASTRID), server.person(NAME, ASTRID)
    by = server.responder
    if trouble == "revoked":
        server.persons.revoke(person)
    answers = {
        "revoked": lambda: server.persons.response(person, by),
        "old": lambda: server.persons.response(person, by, datetime.now(UTC) - timedelta(hours=3)),
        "about another": lambda: server.persons.response(other, by),
        "by nobody named": lambda: server.persons.response(
            person, server.persons.delegate(named=False)
        ),
        "none": lambda: b"",
    }
    told = completion(order, person, ASTRID, NAME, answers[trouble]())
    said = {"revoked": "was revoked", "none": "not good"}.get(trouble, "not about this")
    assert said in why(client, started, order, told)


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"no xml",
        b"<Signature/>",
        b'<!DOCTYPE s [<!ENTITY a "b">]><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>',
        b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>',
    ],
)
def test_what_is_no_signature_proves_nothing(
    client: BankId, server: BankIdServer, signature: bytes
) -> None:
    started, order, told = begun(client, server)
    assert why(client, started, order, told | {"signature": base64.b64encode(signature).decode()})


def test_the_root_comes_from_a_file(server: BankIdServer, tmp_path: Path) -> None:
    assert load_roots(server.root) == (server.persons.root,)
    (tmp_path / "two.pem").write_bytes(pem_of(server.persons.root) * 2)
    assert len(load_roots(tmp_path / "two.pem")) == 2
    (tmp_path / "text.pem").write_text("no certificate")
    for name, text in {"text.pem": "no certificate in PEM", "none.pem": "No such file"}.items():
        with pytest.raises(ValueError, match=text):
            load_roots(tmp_path / name)
