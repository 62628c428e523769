"""What is said of the domain that mail comes from, by a DNS that says all kinds of things."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from countersign.adapters.mail_domain import LIMIT, MailDomain
from countersign.usecases.mail_check_port import DomainFinding
from tests.support.dns_server import DnsServer

DOMAIN = "mail.acme.test"
GOOD = {
    DOMAIN: ["google-site-verification=x", "v=spf1 include:spf.relay.test -all"],
    f"selector1._domainkey.{DOMAIN}": ["v=DKIM1; k=rsa; p=" + "A" * 400],
    "_dmarc.acme.test": ["v=DMARC1; p=reject; rua=mailto:post@acme.test"],
}


def checked(server: DnsServer, zone: Mapping[str, list[str]], selector: str = "") -> dict[str, str]:
    """State by what was checked."""
    return {one.name: one.state for one in findings(server, zone, selector).values()}


def findings(
    server: DnsServer, zone: Mapping[str, list[str]], selector: str = ""
) -> dict[str, DomainFinding]:
    server.zone = dict(zone)
    found = MailDomain(server.address).check(DOMAIN, selector)
    return {one.name: one for one in found}


def test_a_domain_with_everything_is_good(dns_server: DnsServer) -> None:
    found = findings(dns_server, GOOD)
    assert {one.state for one in found.values()} == {"good"}
    assert "selector1" in found["DKIM"].text
    assert len(found["DKIM"].found) > 400, "a key in several pieces is put together"
    assert not any(one.records for one in found.values())


def test_a_domain_with_nothing_is_told_what_to_put_there(dns_server: DnsServer) -> None:
    found = findings(dns_server, {})
    assert {one.state for one in found.values()} == {"bad"}
    assert [one.records[0].name for one in found.values()] == [
        DOMAIN,
        f"…._domainkey.{DOMAIN}",
        f"_dmarc.{DOMAIN}",
    ]


@pytest.mark.parametrize(
    ("record", "state"),
    [
        ("v=spf1 mx ~all", "good"),
        ("v=spf1 redirect=_spf.relay.test", "good"),
        ("V=SPF1 mx -ALL", "good"),
        ("v=spf1 mx ?all", "fair"),
        ("v=spf1 mx", "fair"),
        ("v=spf1 +all", "bad"),
        ("v=spf1 all", "bad"),
        ("v=spf10 mx -all", "bad"),
        ("v=spf1 include:firewall.test", "fair"),
    ],
)
def test_spf_is_as_good_as_its_end(dns_server: DnsServer, record: str, state: str) -> None:
    assert checked(dns_server, {DOMAIN: [record]})["SPF"] == state


def test_two_spf_records_count_as_none(dns_server: DnsServer) -> None:
    assert checked(dns_server, {DOMAIN: ["v=spf1 -all", "v=spf1 mx -all"]})["SPF"] == "bad"


@pytest.mark.parametrize(
    ("record", "state"),
    [
        ("v=DMARC1; p=none", "fair"),
        ("v=DMARC1;p=quarantine;sp=none", "good"),
        ("v=DMARC1 ; p = reject", "good"),
        ("v=DMARC1", "bad"),
        ("v=DMARC1; p=whatever", "bad"),
        ("something else", "bad"),
    ],
)
def test_dmarc_is_as_good_as_its_policy(dns_server: DnsServer, record: str, state: str) -> None:
    assert checked(dns_server, {f"_dmarc.{DOMAIN}": [record]})["DMARC"] == state


def test_a_dkim_key_is_looked_for_under_its_selector(dns_server: DnsServer) -> None:
    zone = {f"acme2026._domainkey.{DOMAIN}": ["v=DKIM1; p=AAAA"]}
    assert checked(dns_server, zone)["DKIM"] == "fair", "there is one, nobody knows where"
    assert checked(dns_server, zone, "acme2026")["DKIM"] == "good"
    assert checked(dns_server, zone, "acme2027")["DKIM"] == "bad"
    assert findings(dns_server, zone, "a b.evil")["DKIM"].text == "This is no selector."
    gone = {f"s1._domainkey.{DOMAIN}": ["v=DKIM1; p="]}
    assert checked(dns_server, gone)["DKIM"] == "bad"


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["silent", "failing", "garbage"])
def test_a_dns_without_an_answer_holds_nobody_up(dns_server: DnsServer, mode: str) -> None:
    dns_server.mode = mode
    begun = time.monotonic()
    found = findings(dns_server, GOOD)
    assert time.monotonic() - begun < 2 * LIMIT + 1
    assert {one.state for one in found.values()} == {""}
    assert all(one.text.startswith("The DNS did not answer") for one in found.values())


def test_an_address_that_is_nowhere_is_not_asked_for(dns_server: DnsServer) -> None:
    for domain in ("localhost", "", "server.local"):
        (found,) = MailDomain(dns_server.address).check(domain, "")
        assert found.state == "bad"
    assert dns_server.asked == []


def test_a_server_that_is_none_is_refused() -> None:
    assert MailDomain("::1")
    assert MailDomain("192.0.2.1")
    assert MailDomain("192.0.2.1:5353")
    for wrong in ("dns.example", "192.0.2.1:0", "192.0.2.1:x", "192.0.2.1:99999", ":53"):
        with pytest.raises(ValueError, match=r"DNS server|address"):
            MailDomain(wrong)
