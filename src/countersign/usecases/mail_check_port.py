"""What is known of the way that mail takes, and what the DNS says of the address it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFacts:
    """`relay` is the host and port of the mail server, "" without one; `ways` says in words how it
    is spoken to. No secret is among it."""

    mail_from: str
    domain: str
    relay: str
    ways: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord:
    """What is to be put into the DNS: `name` is the whole name, `value` the text of a TXT."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainFinding:
    """`state` is good, fair or bad, "" for what could not be found out; `found` what the DNS says
    now; `records` what to put there."""

    name: str
    state: str
    text: str
    found: str = ""
    records: Sequence[DnsRecord] = ()


class MailDomains(Protocol):
    def check(self, domain: str, selector: str) -> Sequence[DomainFinding]:
        """SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489) of the domain that mail comes from.
        `selector` is that of the DKIM key, "" to look for the usual ones. Ends within seconds."""
