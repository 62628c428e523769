"""What the DNS says of a domain that mail comes from: SPF, DKIM, DMARC."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from ipaddress import ip_address
from typing import TYPE_CHECKING

from countersign.turns import waiting
from countersign.usecases.mail_check_port import DnsRecord, DomainFinding

if TYPE_CHECKING:
    from countersign.adapters.text_records import TextRecords

LIMIT = 3.0  # seconds for one question; all are asked at once
MOST_PARENTS = 4
LONGEST = 500  # characters of a record that are shown
# What mail services call their keys; nobody can list those of a domain (RFC 6376, 3.6.2)
USUAL = (
    "default", "dkim", "mail", "google", "selector1", "selector2", "k1", "k2", "k3", "s1", "s2",
    "mta", "smtp", "key1", "mx", "pm", "fm1", "zoho", "protonmail", "sig1",
)  # fmt: skip
_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9_-]{1,63})*", re.IGNORECASE)
_ALL = re.compile(r"(?:^|\s)([+?~-]?)all(?:\s|$)", re.IGNORECASE)

Texts = Sequence[str]


class Unanswered(Exception):
    """The DNS did not say; the text says why."""


class MailDomain:
    """The port MailDomains. `server` is `address` or `address:port`, "" for the system's own.
    Raises ValueError for anything else."""

    def __init__(self, server: str = "") -> None:
        self._server = _address(server) if server else None

    def check(self, domain: str, selector: str) -> Sequence[DomainFinding]:
        if not _is_public(domain):
            return [_not_public(domain)]
        checks: tuple[Callable[[], DomainFinding], ...] = (
            lambda: self._spf(domain),
            lambda: self._dkim(domain, selector.strip()),
            lambda: self._dmarc(domain),
        )
        with waiting(), ThreadPoolExecutor(len(checks)) as pool:
            return list(pool.map(lambda check: check(), checks))

    def _spf(self, domain: str) -> DomainFinding:
        try:
            found = [text for text in self._dns.texts(domain) if _begins(text, "v=spf1")]
        except Unanswered as problem:
            return _unknown("SPF", problem)
        wanted = [DnsRecord(name=domain, value="v=spf1 include:… -all")]
        if len(found) == 1:
            return _spf_said(found[0], wanted)
        text = SPF_MISSING if not found else SPF_MANY
        return DomainFinding(
            name="SPF", state="bad", text=text, found=_shown(found), records=wanted
        )

    def _dkim(self, domain: str, selector: str) -> DomainFinding:
        if selector and not _SELECTOR.fullmatch(selector):
            return DomainFinding(name="DKIM", state="", text="This is no selector.")
        names = [selector] if selector else USUAL
        wanted = [
            DnsRecord(name=f"{selector or '…'}._domainkey.{domain}", value="v=DKIM1; k=rsa; p=…")
        ]
        try:
            keys = self._keys(domain, names)
            has_some = bool(keys) or self._dns.exists(f"_domainkey.{domain}")
        except Unanswered as problem:
            return _unknown("DKIM", problem)
        return _dkim_said(keys, selector, has_some, wanted)

    def _keys(self, domain: str, selectors: Sequence[str]) -> dict[str, str]:
        """What is published under each of these."""

        def ask(selector: str) -> Texts:
            return self._dns.texts(f"{selector}._domainkey.{domain}")

        with ThreadPoolExecutor(len(selectors)) as pool:
            told = dict(zip(selectors, pool.map(ask, selectors), strict=True))
        return {one: texts[0] for one, texts in told.items() if texts and "p=" in texts[0]}

    def _dmarc(self, domain: str) -> DomainFinding:
        wanted = [DnsRecord(name=f"_dmarc.{domain}", value="v=DMARC1; p=quarantine; rua=mailto:…")]
        try:
            for parent in _parents(domain):
                found = [
                    one for one in self._dns.texts(f"_dmarc.{parent}") if _begins(one, "v=dmarc1")
                ]
                if found:
                    return _dmarc_said(found, wanted)
        except Unanswered as problem:
            return _unknown("DMARC", problem)
        return DomainFinding(name="DMARC", state="bad", text=DMARC_MISSING, records=wanted)

    @cached_property
    def _dns(self) -> TextRecords:
        # 8 MB that a server should not need to start
        from countersign.adapters.text_records import TextRecords

        return TextRecords(self._server, LIMIT)


SPF_MISSING = (
    "There is no SPF record, so nobody can tell your mail server from a stranger's. Put one into"
    " the DNS; your mail service says what stands in place of include:…"
)
SPF_MANY = "There are several SPF records, which counts as none. Keep one, with everything in it."
SPF_ANYBODY = "It lets everybody send in your name (+all). End it with -all."
SPF_OPEN = "It says nothing about servers that it does not name. End it with ~all or -all."
SPF_GOOD = (
    "There is one. Whether it names the mail server in use, a mail that has arrived says: look at"
    " Authentication-Results in the headers of a test mail."
)
DKIM_FOUND = "There is a key: {names}."
DKIM_REVOKED = (
    "The key was withdrawn (its p= is empty). Publish the one that your mail server uses."
)
DKIM_NONE = (
    "There is no DKIM key at all, so mails can't be told from forged ones once they were passed on."
    " Switch DKIM on at your mail service; it says which record to put into the DNS."
)
DKIM_WRONG = "There is no key under this selector, but there are others. See s= in DKIM-Signature."
DKIM_HIDDEN = (
    "There are keys, under none of the usual names. Send a test mail, look for s= in its"
    " DKIM-Signature header and enter that as the selector."
)
DMARC_MISSING = (
    "There is no DMARC record. Large mail services want one, and without it nobody hears of mails"
    " that are forged in your name. Begin with p=none if you are not sure that SPF and DKIM fit."
)
DMARC_MANY = "There are several DMARC records, which counts as none. Keep one."
DMARC_NONE = "It asks only to be told (p=none). Once the reports look right, use p=quarantine."
DMARC_GOOD = "There is one, and it asks to keep forged mails away."
DMARC_BROKEN = (
    "It does not say what to do (p=none, p=quarantine or p=reject), so it counts for nothing."
)


def _spf_said(found: str, wanted: Sequence[DnsRecord]) -> DomainFinding:
    ends = _ALL.search(found)
    mark = ends[1] or "+" if ends else ""
    good = mark in ("-", "~") or (not mark and "redirect=" in found.lower())
    state, text = ("good", SPF_GOOD) if good else ("fair", SPF_OPEN)
    if mark == "+":
        state, text = "bad", SPF_ANYBODY
    return DomainFinding(
        name="SPF", state=state, text=text, found=_shown([found]), records=() if good else wanted
    )


def _dkim_said(
    keys: dict[str, str], selector: str, has_some: bool, wanted: Sequence[DnsRecord]
) -> DomainFinding:
    live = {name: text for name, text in keys.items() if not re.search(r"p=\s*(;|$)", text)}
    if live:
        return DomainFinding(
            name="DKIM",
            state="good",
            text=DKIM_FOUND.format(names=", ".join(live)),
            found=_shown(list(live.values())),
        )
    state, text = ("fair", DKIM_HIDDEN) if has_some else ("bad", DKIM_NONE)
    if keys or selector:
        state, text = "bad", DKIM_REVOKED if keys else DKIM_WRONG if has_some else DKIM_NONE
    return DomainFinding(
        name="DKIM",
        state=state,
        text=text,
        found=_shown(list(keys.values())),
        records=() if state == "fair" else wanted,
    )


def _dmarc_said(found: Texts, wanted: Sequence[DnsRecord]) -> DomainFinding:
    tags = dict(part.strip().partition("=")[::2] for part in found[0].lower().split(";"))
    policy = {name.strip(): value.strip() for name, value in tags.items()}.get("p", "")
    verdicts = {
        "none": ("fair", DMARC_NONE),
        "quarantine": ("good", DMARC_GOOD),
        "reject": ("good", DMARC_GOOD),
    }
    state, text = verdicts.get(policy, ("bad", DMARC_BROKEN))
    if len(found) > 1:
        state, text = "bad", DMARC_MANY
    return DomainFinding(
        name="DMARC",
        state=state,
        text=text,
        found=_shown(found),
        records=wanted if state == "bad" else (),
    )


def _unknown(name: str, problem: Unanswered) -> DomainFinding:
    return DomainFinding(name=name, state="", text=f"The DNS did not answer: {problem}.")


def _not_public(domain: str) -> DomainFinding:
    where = domain or "an address without one"
    text = (
        f"Mail comes from {where}, which is no domain of the Internet. Set COUNTERSIGN_MAIL_FROM to"
        " an address of your own domain."
    )
    return DomainFinding(name="Domain", state="bad", text=text)


def _is_public(domain: str) -> bool:
    special = ("localhost", "local", "internal", "invalid", "localdomain")
    return "." in domain.strip(".") and domain.rpartition(".")[2] not in special


def _parents(domain: str) -> Iterator[str]:
    """The domain and those above it, without the top level: a policy may stand at any of them."""
    labels = domain.split(".")
    for number in range(min(len(labels) - 1, MOST_PARENTS)):
        yield ".".join(labels[number:])


def _begins(text: str, version: str) -> bool:
    first = re.split(r"[\s;]", text.strip().lower(), maxsplit=1)[0]
    return first == version


def _shown(texts: Texts) -> str:
    return "\n".join(text[:LONGEST] for text in texts)


def _address(server: str) -> tuple[str, int]:
    host, colon, port = server.rpartition(":")
    if not colon or server.count(":") > 1:  # none, or an IPv6 address
        host, port = server, "53"
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("a DNS server is given as 192.0.2.1 or 192.0.2.1:53")
    return str(ip_address(host)), int(port)
