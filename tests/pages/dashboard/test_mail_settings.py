"""Mail, signing keys, seal and timestamps: what members see of them, and what they can try."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from countersign.domain.merchant_key import KeyKind
from countersign.domain.signing_service import ServiceKind, SigningService
from countersign.usecases.add_merchant_key import AddMerchantKey, add_merchant_key
from countersign.usecases.add_signing_service import add_signing_service
from tests.pages.dashboard.office import Office, add_member, opened, post, set_up, texts
from tests.pages.dashboard.test_envelopes import Desk, token_of
from tests.support.certificates import TestAuthority
from tests.support.csc import CLIENT, CLIENT_SECRET, csc_server
from tests.support.dns_server import DnsServer
from tests.support.mail import COME_BACK_LATER, REFUSED, SmtpServer
from tests.support.network import free_port
from tests.support.tsa import TimestampAuthority

pytestmark = pytest.mark.slow
MAIL, SEAL, KEYS = (f"/dashboard/settings/{name}" for name in ("mail", "seal", "keys"))
FROM = "Acme Signing <sign@acme.test>"
EVIL = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def office(tmp_path: Path, smtp_server: SmtpServer, dns_server: DnsServer) -> Iterator[Office]:
    """With a mail server and a DNS."""
    url = smtp_server.url.replace("127", "user:pass%20word@127")
    given = {"smtp_url": url, "mail_from": FROM, "dns_server": dns_server.address}
    with opened(tmp_path, **given) as made:
        yield made


def test_no_secret_of_the_mail_server_is_shown(office: Office, smtp_server: SmtpServer) -> None:
    owner = set_up(office)
    page = owner.get(MAIL).text
    assert "sign@acme.test" in page
    assert f"127.0.0.1:{smtp_server.port}" in page
    assert "pass" not in texts(page).replace("with a password", "")
    with office.ports.unit_of_work() as uow:
        member = uow.dashboard.members.of_account(uow.accounts.all()[0].id)[0]
    assert member.operator


def test_a_test_mail_goes_to_oneself_and_the_answer_is_shown(
    tmp_path: Path, smtp_server: SmtpServer
) -> None:
    with opened(tmp_path, smtp_url=smtp_server.url, mail_from=FROM) as office:
        owner = set_up(office)
        said = texts(post(owner, f"{MAIL}/test", to="victim@other.test").text)
        assert "The mail server has taken the mail. It says: 250 OK" in said
        (mail,) = smtp_server.deliveries
        assert mail.recipients == ["olga@acme.test"]
        assert "DKIM" in mail.text()
        smtp_server.refuse()
        assert f"refuses the mail for good. It says: {REFUSED}" in texts(
            post(owner, f"{MAIL}/test").text
        )
        smtp_server.tempfail()
        assert COME_BACK_LATER in texts(post(owner, f"{MAIL}/test").text)
        audit = texts(owner.get("/dashboard/audit").text)
        assert "sent a test mail: accepted 250 OK" in audit
        assert "sent a test mail: refused 550" in audit
        assert office.installation.queue.counts() == {}, "nothing is tried again later"


def test_a_mail_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with opened(tmp_path, smtp_url=f"smtp://u:secret@127.0.0.1:{free_port()}") as office:
        owner = set_up(office)
        said = texts(post(owner, f"{MAIL}/test").text)
        assert "could not be handed over now. The reason: [Errno 111]" in said
        assert "secret" not in said.replace("Client secret", "")


def test_a_wrong_password_is_told(office: Office) -> None:
    """The server offers no sign-in at all."""
    said = texts(post(set_up(office), f"{MAIL}/test").text)
    assert "could not be handed over now" in said
    assert "pass word" not in said


def test_without_a_mail_server_that_is_said(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        owner = set_up(office)
        assert "Nothing is mailed. Set COUNTERSIGN_SMTP_URL." in texts(owner.get(MAIL).text)
        assert "the mail went nowhere" in texts(post(owner, f"{MAIL}/test").text)
        assert office.mails("olga@acme.test")[0]["subject"].startswith("Test mail")
        admin = add_member(office, owner, "admin")
        assert "Ask whoever looks after the server" in texts(admin.get(MAIL).text)


def test_who_does_not_operate_sees_no_host(office: Office, smtp_server: SmtpServer) -> None:
    owner = set_up(office)
    with office.ports.unit_of_work() as uow:
        account = uow.accounts.all()[0]
        (member,) = uow.dashboard.members.of_account(account.id)
        uow.dashboard.members.save(replace(member, operator=False))
        uow.commit()
    assert str(smtp_server.port) not in owner.get(MAIL).text


def test_the_dns_is_asked_and_what_is_missing_is_told(
    office: Office, dns_server: DnsServer
) -> None:
    owner = set_up(office)
    owner.get(MAIL)
    assert dns_server.asked == [], "only when a button is pressed"
    page = post(owner, f"{MAIL}/check")
    assert page.text.count('data-state="bad"') == 3
    assert "_dmarc.acme.test" in page.text
    dns_server.zone = {
        "acme.test": ["v=spf1 mx -all"],
        "x1._domainkey.acme.test": [f"v=DKIM1; p=AAAA; n={EVIL}".replace('"', "")],
        "_dmarc.acme.test": ["v=DMARC1; p=reject"],
    }
    page = post(owner, f"{MAIL}/check", selector="x1")
    assert page.text.count('data-state="good"') == 3
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert 'value="x1"' in page.text
    assert EVIL not in post(owner, f"{MAIL}/check", selector=EVIL).text
    dns_server.mode = "failing"
    assert post(owner, f"{MAIL}/check").text.count('data-state=""') == 3


def test_forms_of_other_sites_send_and_ask_nothing(
    office: Office, smtp_server: SmtpServer, dns_server: DnsServer
) -> None:
    owner = set_up(office)
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for path in (f"{MAIL}/test", f"{MAIL}/check", f"{SEAL}/ask"):
        assert post(owner, path, foreign).status_code == 403
    assert (smtp_server.attempts, dns_server.asked) == (0, [])


# ------------------------------------------------------------------ seal and timestamps


def test_the_servers_own_seal_says_what_it_is(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        said = texts(set_up(office).get(SEAL).text)
        assert "ECDSA secp256r1, SHA-256" in said or "RSA" in said
        assert "renews it by itself" in said
        assert "This server itself. That is good for tests" in said


def test_timestamp_authorities_say_how_they_have_answered(
    tmp_path: Path,
    timestamp_authority: TimestampAuthority,
    second_timestamp_authority: TimestampAuthority,
) -> None:
    urls = timestamp_authority.url, second_timestamp_authority.url.replace("//", "//u:secret@")
    with opened(tmp_path, tsa_urls=urls) as office:
        owner = set_up(office)
        assert texts(owner.get(SEAL).text).count("not asked yet") == 2
        second_timestamp_authority.mode = "failing"
        assert post(owner, f"{SEAL}/ask").status_code == 303
        page = owner.get(SEAL).text
        said = texts(page)
        assert "answers" in said
        assert "status 503" in said
        assert "fails holds nothing up as long as another one answers" in said
        assert "secret" not in page.replace('class="secret"', "")
        assert "secret" not in owner.get("/dashboard/operator").text
        second_timestamp_authority.mode = "good"
        post(owner, f"{SEAL}/ask")
        assert owner.get(SEAL).text.count(">answers<") == 2
        assert "asked the timestamp authorities" in texts(owner.get("/dashboard/audit").text)
        admin = add_member(office, owner, "admin")
        assert "ask-clocks" not in admin.get(SEAL).text
        assert post(admin, f"{SEAL}/ask").status_code == 403


def test_the_level_is_read_from_the_newest_document(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        owner = set_up(office)
        desk = Desk(office, owner, token_of(office, "olga@acme.test"))
        assert "check-level" not in owner.get(SEAL).text
        desk.sign(desk.send("Lease"))
        page = owner.get(SEAL).text
        (form,) = re.findall(r'action="([^"]+/verify)"', page)
        assert "B-LTA" in texts(post(owner, form).text)


def test_signing_services_are_asked_whether_they_answer(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as office, csc_server(tmp_path) as keeper:
        owner = set_up(office)
        with office.ports.unit_of_work() as uow:
            account = uow.accounts.all()[0]
        for name, url in (("NBID", keeper.url), ("SBID", f"https://127.0.0.1:{free_port()}")):
            service = SigningService(
                account_id=account.id,
                name=name,
                kind=ServiceKind.CSC,
                created_at=office.ports.clock(),
                url=url,
                client_id=CLIENT,
                client_secret=CLIENT_SECRET,
                authorities=(keeper.authority.root,),
                tls_authority=keeper.tls_authority.read_text(),
            )
            add_signing_service(service, office.ports)
        assert ">answers<" not in owner.get(KEYS).text
        page = post(owner, f"{KEYS}/ask").text
        assert page.count(">answers<") == page.count(">does not answer<") == 1
        assert CLIENT_SECRET not in page
        audit = texts(owner.get("/dashboard/audit").text)
        assert "asked the signing services: NBID: yes, SBID: no" in audit


def test_signing_keys_are_shown_with_their_end(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        owner = set_up(office)
        assert texts(owner.get(KEYS).text).count("There is none.") == 2
        with office.ports.unit_of_work() as uow:
            account = uow.accounts.all()[0]
        issued = TestAuthority("Acme AB").issue("Acme AB's seal", timedelta(days=30))
        file = base64.b64encode(issued.write_pkcs12(tmp_path / "key.p12", "pw").read_bytes())
        add_merchant_key(
            AddMerchantKey(
                account_id=account.id,
                vendor="NBID",
                kind=KeyKind.PKCS12,
                secret={"file": file.decode(), "password": "pw"},
            ),
            office.ports,
        )
        said = texts(owner.get(KEYS).text)
        assert "NBID" in said
        assert "Acme AB's seal" in said.replace("&#39;", "'")
        assert "in the database, closed" in said
        assert "ends soon" in said
