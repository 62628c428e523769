"""BankID's client against a server that is as strict as BankID."""

from __future__ import annotations

import base64
import json
import re
import ssl
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from countersign.adapters.identity.bankid import LONGEST_TEXT, BankId, qr_code
from countersign.adapters.identity.client_certificate import (
    load_client_certificate,
    load_roots,
    mutual_tls,
)
from countersign.domain.errors import Conflict, Invalid, Unavailable
from countersign.usecases.identity_port import Failed, IdentityRequest, Pending, Proved, Started
from tests.adapters.raw_server import raw_server
from tests.support.bankid import PASSWORD, BankIdServer, CannotScan, bankid_server, signed_text
from tests.support.certificates import TestAuthority
from tests.support.network import free_port

pytestmark = pytest.mark.slow

ASTRID, BO = "196408233234", "191212121212"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankIdServer]:
    with bankid_server(tmp_path_factory.mktemp("bankid")) as server:
        yield server


@pytest.fixture
def server(running: BankIdServer) -> BankIdServer:
    running.troubles.clear()
    return running


@pytest.fixture
def client(server: BankIdServer) -> Iterator[BankId]:
    client = connected(server)
    yield client
    client.close()


def connected(server: BankIdServer, certificate: Path | None = None) -> BankId:
    own = load_client_certificate(certificate or server.client, PASSWORD)
    return BankId(server.url, mutual_tls(own, server.authority), load_roots(server.root))


def asked(text: str = "Jag undertecknar", national_id: str | None = ASTRID) -> IdentityRequest:
    return IdentityRequest(
        method="bankid_se",
        ip="2001:db8::7",
        national_id=national_id,
        text=text,
        digest="5e" * 32,
        return_url="https://sign.example/s/token",
    )


def collect(client: BankId, started: Started, elapsed_s: int = 0) -> Pending | Proved | Failed:
    return client.collect("bankid_se", started.reference, started.secret, elapsed_s)


# ------------------------------------------------------------------ the way of an order


def test_the_qr_code_is_the_one_of_the_documentation() -> None:
    token, secret = "67df3917-fa0d-44e5-b327-edcc928297f8", "d28db9a7-4cde-429e-a983-359be676944c"
    expected = "dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"
    assert qr_code(token, secret, 0) == f"bankid.{token}.0.{expected}"


def test_a_code_is_scanned_approved_and_proved(client: BankId, server: BankIdServer) -> None:
    started = client.start(asked("Jag undertecknar Avtal åäö.pdf"))
    order = server.phone.scan(started.page["qr"])
    assert order.text == "Jag undertecknar Avtal åäö.pdf"
    assert collect(client, started) == Pending(hint="userSign", page={})
    server.phone.approve(order, ASTRID, "Astrid Lindström")
    outcome = collect(client, started)
    assert isinstance(outcome, Proved)
    assert (outcome.national_id, outcome.name) == (ASTRID, "Astrid Lindström")
    proof = json.loads(outcome.proof)
    assert signed_text(proof["signature"]) == order.text
    assert base64.b64decode(proof["ocspResponse"])
    assert proof["device"]["ipAddress"] == "2001:db8::7"


def test_the_digest_of_the_documents_is_signed_along(client: BankId, server: BankIdServer) -> None:
    started = client.start(asked())
    order = server.phone.scan(started.page["qr"])
    assert base64.b64decode(order.asked["userNonVisibleData"]) == b"SHA-256 " + b"5e" * 32


@pytest.mark.parametrize("where", ["open_on_phone", "open_on_computer"])
def test_a_link_opens_the_app_on_the_same_device(
    client: BankId, server: BankIdServer, where: str
) -> None:
    started = client.start(asked())
    order = server.phone.open_here(started.page[where])
    assert order.asked["returnUrl"] == "https://sign.example/s/token"


def test_the_code_changes_every_second_and_only_the_newest_is_taken(
    client: BankId, server: BankIdServer
) -> None:
    started = client.start(asked())
    first = started.page["qr"]
    server.advance(20)
    later = collect(client, started, 20)
    assert isinstance(later, Pending)
    with pytest.raises(CannotScan, match="of second 0"):
        server.phone.scan(first)
    with pytest.raises(CannotScan, match="of second 22"):
        server.phone.scan(later.page["qr_next"][1])
    assert server.phone.scan(later.page["qr"]).found


def test_codes_for_the_next_seconds_come_along(client: BankId, server: BankIdServer) -> None:
    started = client.start(asked())
    server.advance(2)
    assert server.phone.scan(started.page["qr_next"][1]).found


def test_a_code_made_with_another_secret_is_not_taken(client: BankId, server: BankIdServer) -> None:
    started = client.start(asked())
    with pytest.raises(CannotScan, match="another secret"):
        server.phone.scan(qr_code(started.secret["qrStartToken"], "guessed", 0))


def test_nobody_is_asked_for_when_anybody_will_do(client: BankId, server: BankIdServer) -> None:
    started = client.start(asked(national_id=None))
    order = server.phone.scan(started.page["qr"])
    assert order.wanted is None
    server.phone.approve(order, BO, "Bo Ek")
    assert isinstance(collect(client, started), Proved)


# ------------------------------------------------------------------ how it fails


def test_an_order_that_nobody_finds_ends_after_half_a_minute(
    client: BankId, server: BankIdServer
) -> None:
    started = client.start(asked())
    server.advance(31)
    assert collect(client, started, 31) == Failed(hint="startFailed")


def test_an_order_that_nobody_finishes_ends_after_three_minutes(
    client: BankId, server: BankIdServer
) -> None:
    started = client.start(asked())
    server.phone.scan(started.page["qr"])
    server.advance(181)
    assert collect(client, started, 181) == Failed(hint="expiredTransaction")


@pytest.mark.parametrize("hint", ["certificateErr", "userCancel", "cancelled", "somethingNew"])
def test_bankids_word_for_a_failure_is_handed_on(
    client: BankId, server: BankIdServer, hint: str
) -> None:
    started = client.start(asked())
    server.phone.scan(started.page["qr"]).ended = hint
    assert collect(client, started) == Failed(hint=hint)


def test_the_bankid_of_somebody_else_fails(client: BankId, server: BankIdServer) -> None:
    started = client.start(asked())
    server.phone.approve(server.phone.scan(started.page["qr"]), BO, "Bo Ek")
    assert isinstance(collect(client, started), Failed)


def test_an_order_that_was_collected_has_expired(client: BankId, server: BankIdServer) -> None:
    started = client.start(asked())
    server.phone.approve(server.phone.scan(started.page["qr"]), ASTRID, "Astrid Lindström")
    assert isinstance(collect(client, started), Proved)
    assert collect(client, started) == Failed(hint="expiredTransaction")


def test_a_cancelled_order_is_gone_at_bankid_too(client: BankId, server: BankIdServer) -> None:
    started = client.start(asked())
    client.cancel("bankid_se", started.reference)
    assert started.reference not in [order.reference for order in server.orders()]
    client.cancel("bankid_se", started.reference)


def test_two_orders_for_one_person_at_once_are_told_apart_from_trouble(
    client: BankId, server: BankIdServer
) -> None:
    server.troubles.append("alreadyInProgress")
    with pytest.raises(Conflict):
        client.start(asked())


@pytest.mark.parametrize(
    "code", ["invalidParameters", "unauthorized", "requestTimeout", "internalError", "Maintenance"]
)
def test_what_is_not_the_persons_fault_is_unavailable(
    client: BankId, server: BankIdServer, code: str
) -> None:
    server.troubles.append(code)
    with pytest.raises(Unavailable), capture_logs() as logs:
        client.start(asked())
    assert [line["why"] for line in logs] == [f"{code}: as it was told to"]


@pytest.mark.parametrize("code", ["unauthorized", "requestTimeout", "internalError", "Maintenance"])
def test_trouble_while_an_order_waits_does_not_end_it(
    client: BankId, server: BankIdServer, code: str
) -> None:
    started = client.start(asked())
    server.troubles += [code, code]
    with pytest.raises(Unavailable):
        collect(client, started)
    with pytest.raises(Unavailable):
        client.cancel("bankid_se", started.reference)
    assert isinstance(collect(client, started), Pending)


def test_the_longest_text_is_taken_and_one_character_more_is_not(client: BankId) -> None:
    longest = LONGEST_TEXT // 4 * 3
    assert client.start(asked("x" * longest)).reference
    with pytest.raises(Invalid):
        client.start(asked("x" * (longest + 1)))


def test_a_long_signed_text_comes_back_whole(client: BankId, server: BankIdServer) -> None:
    started = client.start(asked("å" * 15_000))
    server.phone.approve(server.phone.scan(started.page["qr"]), ASTRID, "Astrid Lindström")
    outcome = collect(client, started)
    assert isinstance(outcome, Proved)
    assert signed_text(json.loads(outcome.proof)["signature"]) == "å" * 15_000


def test_no_personal_number_is_logged(client: BankId) -> None:
    broken = asked(national_id="19640823323X")
    with pytest.raises(Unavailable), capture_logs() as logs:
        client.start(broken)
    assert len(logs) == 1
    assert "1964" not in str(logs)


# ------------------------------------------------------------------ whom each side believes


def refused(client: BankId) -> str:
    with pytest.raises(Unavailable), capture_logs() as logs:
        client.start(asked())
    (line,) = logs
    return str(line["why"])


def test_a_stranger_without_bankids_certificate_gets_nothing(
    server: BankIdServer, tmp_path: Path
) -> None:
    stranger = TestAuthority("Somebody").issue("Somebody", timedelta(hours=1))
    path = stranger.write_pkcs12(tmp_path / "stranger.p12", PASSWORD)
    before = len(server.orders())
    assert refused(connected(server, path)) in ("connection failed", "TLS failed")
    assert len(server.orders()) == before


def test_an_expired_certificate_of_ours_gets_nothing(server: BankIdServer) -> None:
    expired = server.customer("expired.p12", timedelta(minutes=-1))
    assert refused(connected(server, expired)) in ("connection failed", "TLS failed")


def test_a_server_of_another_authority_is_not_believed(
    server: BankIdServer, tmp_path: Path
) -> None:
    other = TestAuthority("Some other root").write_pem(tmp_path / "other.pem")
    own = load_client_certificate(server.client, PASSWORD)
    before = len(server.orders())
    assert refused(BankId(server.url, mutual_tls(own, other), ())) == "TLS failed"
    assert len(server.orders()) == before


def test_no_server_at_all_is_unavailable(server: BankIdServer) -> None:
    own = load_client_certificate(server.client, PASSWORD)
    nobody = BankId(f"https://127.0.0.1:{free_port()}", mutual_tls(own, server.authority), ())
    assert refused(nobody) == "connection refused"


def test_a_server_that_speaks_no_tls_is_unavailable(server: BankIdServer) -> None:
    own = load_client_certificate(server.client, PASSWORD)
    with raw_server(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")) as url:
        port = re.search(r":(\d+)/", url)
        assert port
        plain = BankId(f"https://127.0.0.1:{port[1]}", mutual_tls(own, server.authority), ())
        assert refused(plain) == "TLS failed"


# ------------------------------------------------------------------ what an operator sets


def test_an_address_without_tls_is_refused(server: BankIdServer) -> None:
    own = load_client_certificate(server.client, PASSWORD)
    with pytest.raises(ValueError, match="https://"):
        BankId("http://127.0.0.1", mutual_tls(own, server.authority), ())


def test_a_certificate_that_cannot_be_used_says_why(server: BankIdServer, tmp_path: Path) -> None:
    broken = tmp_path / "broken.p12"
    broken.write_bytes(b"no certificate")
    with pytest.raises(ValueError, match=r"broken\.p12 can't be opened"):
        load_client_certificate(broken, PASSWORD)
    with pytest.raises(ValueError, match="No such file"):
        load_client_certificate(tmp_path / "missing.p12", PASSWORD)
    with pytest.raises(ValueError, match="can't be opened"):
        load_client_certificate(server.client, "wrong")


def test_an_authority_that_cannot_be_used_says_why(server: BankIdServer, tmp_path: Path) -> None:
    own = load_client_certificate(server.client, PASSWORD)
    (tmp_path / "text.pem").write_text("no certificate")
    for path, why in {"text.pem": "no certificate in PEM", "missing.pem": "No such file"}.items():
        with pytest.raises(ValueError, match=why):
            mutual_tls(own, tmp_path / path)


def test_the_key_is_on_disk_for_no_longer_than_it_takes(
    server: BankIdServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    context = mutual_tls(load_client_certificate(server.client, PASSWORD), server.authority)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert not list(tmp_path.iterdir())


def test_a_slow_bankid_is_given_up_in_time(server: BankIdServer) -> None:
    """The time limit is the one of all calls; here only that a call has one."""
    own = load_client_certificate(server.client, PASSWORD)
    with raw_server(lambda _connection: time.sleep(30)) as url:
        port = re.search(r":(\d+)/", url)
        assert port
        slow = BankId(
            f"https://127.0.0.1:{port[1]}", mutual_tls(own, server.authority), (), limit_s=1
        )
        begun = time.monotonic()
        assert refused(slow) == "timed out"
        assert time.monotonic() - begun < 3
