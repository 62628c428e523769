"""`countersign doctor`: is everything there that this installation needs?"""

from __future__ import annotations

import argparse
import logging
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from countersign import app, logs
from countersign.adapters.identity.client_certificate import load_client_certificate
from countersign.adapters.identity.openid.directory import Directory
from countersign.adapters.keys.local import ROLES, LocalKeys, crl_address_of
from countersign.adapters.keys.material import KeysUnusable
from countersign.adapters.office import NoOffice, OfficeConverter, OfficeUnusable
from countersign.adapters.pdf_engine import missing_scripts
from countersign.commands.options import Subparsers, new_command, settings_of
from countersign.domain.errors import DomainError, Unavailable
from countersign.domain.signing_service import ServiceKind
from countersign.settings import Settings

GOOD, HINT, BAD = "ok", "hint", "BAD"
RENEW_BEFORE = timedelta(days=30)  # a bank takes its time
Finding = tuple[str, str]
NO_NAMESPACE = (
    "this machine gives LibreOffice no network namespace of its own; that it uses no network rests"
    " on its configuration and, from Linux 6.7 on, on Landlock"
)
NO_LANDLOCK = (
    "this kernel has no Landlock; LibreOffice can read whatever the server's user can read"
)


def add(commands: Subparsers) -> None:
    parser = new_command(commands, "doctor", "check the installation and say what is missing")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    logs.set_up("text", level=logging.ERROR)  # says why of what is found bad
    findings = list(examine(settings_of(given)))
    for verdict, text in findings:
        print(f"{verdict:4}  {text}")
    return 1 if any(verdict == BAD for verdict, _text in findings) else 0


def examine(settings: Settings) -> Iterator[Finding]:
    """Opens the installation as the server would, and looks at what the server can't check."""
    try:
        with app.opened(settings) as installation:
            installation.database.ping()
            yield GOOD, f"database: {installation.database.url.get_backend_name()} answers"
            yield from _dead_jobs(installation)
            yield from _renewals(installation.keys, installation.ports.clock())
            yield from _identity_providers(installation)
            yield from _office(installation.office)
            yield from _signing_services(installation)
    except DomainError as problem:
        yield BAD, f"database: {problem}"
        return
    yield from _keys(settings.data / "keys")
    yield from _published(settings)
    yield from _addresses(settings)
    yield from _bankid(settings, datetime.now(UTC))
    yield from _fonts()


def _dead_jobs(installation: app.Installation) -> Iterator[Finding]:
    dead = sum(n for (_queue, state), n in installation.queue.counts().items() if state == "dead")
    if dead:
        yield BAD, f"jobs: {dead} failed for good; the log says why"


def _renewals(keys: LocalKeys, now: datetime) -> Iterator[Finding]:
    """Here they are made, as servers may see the keys without being able to write them."""
    try:
        for role in ROLES:
            keys.platform(role, now)
    except KeysUnusable as problem:
        yield BAD, f"keys: {problem}"
    yield from ((BAD, f"keys: {why}") for why in keys.overdue.values())


def _identity_providers(installation: app.Installation) -> Iterator[Finding]:
    with installation.ports.unit_of_work() as uow:
        known = [one for a in uow.accounts.all() for one in uow.openid_providers.all(a.id)]
    for one in known:
        where = f"identity: {one.name} of account {one.account_id}: {one.issuer}"
        inside = one.inside or installation.settings.sandbox
        try:
            with closing(Directory(inside=inside)) as directory:
                directory.keys(directory.metadata(one.issuer))
            yield GOOD, f"{where} publishes its keys"
        except Unavailable:
            yield BAD, f"{where} publishes nothing that can be used; the lines above say why"


def _office(office: OfficeConverter) -> Iterator[Finding]:
    try:
        confined = office.trial()
    except NoOffice:
        yield (
            HINT,
            "DOCX: LibreOffice is not installed, so DOCX files are refused; install it (Debian:"
            " libreoffice-writer-nogui) or name its soffice in COUNTERSIGN_SOFFICE",
        )
    except (OfficeUnusable, Unavailable) as problem:
        yield BAD, f"DOCX: {problem}"
    else:
        yield GOOD, "DOCX: LibreOffice makes PDFs"
        if not office.shows_formulas:
            yield HINT, "DOCX: formulas will be missing; install LibreOffice Math"
        if "namespace" not in confined:
            yield HINT, f"DOCX: {NO_NAMESPACE}"
        if "landlock" not in confined:
            yield HINT, f"DOCX: {NO_LANDLOCK}"


def _signing_services(installation: app.Installation) -> Iterator[Finding]:
    pki = installation.ports.pki
    with installation.ports.unit_of_work() as uow:
        known = [one for a in uow.accounts.all() for one in uow.signing_services.all(a.id)]
    for one in known:
        if one.kind is not ServiceKind.CSC:
            continue
        where = f"signing service: {one.name} of account {one.account_id}: {one.url}"
        try:
            pki.of_account(one.account_id, one.name).start(pki.return_url, "en")
            yield GOOD, f"{where} says where people log in"
        except Unavailable:
            yield BAD, f"{where} does not say where people log in; the lines above say why"


def _keys(folder: Path) -> Iterator[Finding]:
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        yield BAD, f"keys: {folder} is open to other users (mode {mode:o}); chmod 700 it"
    else:
        yield GOOD, f"keys: {folder} is readable by the server's user only"


def _published(settings: Settings) -> Iterator[Finding]:
    """The authority's certificate names for good where its revocation list is fetched."""
    where = crl_address_of(settings.data / "keys" / "pki")
    if settings.public_url and not where.startswith(settings.public_url.rstrip("/") + "/"):
        yield (
            HINT,
            f"keys: were made when the address was another; certificates say {where}."
            " Set COUNTERSIGN_PUBLIC_URL before the first start of a new installation",
        )


def _addresses(settings: Settings) -> Iterator[Finding]:
    if not settings.public_url:
        yield HINT, "address: COUNTERSIGN_PUBLIC_URL is not set; links lead to this machine only"
    elif settings.public_url.startswith("http://"):
        yield HINT, "address: COUNTERSIGN_PUBLIC_URL is http://; signing links belong behind TLS"
    if not settings.smtp_url:
        yield HINT, "mail: COUNTERSIGN_SMTP_URL is not set; nobody gets an invitation by mail"
    if not settings.sms_url and not settings.sandbox:
        yield HINT, "SMS: COUNTERSIGN_SMS_URL is not set; requests that want an SMS are refused"
    if not settings.tsa_urls:
        yield (
            HINT,
            (
                "timestamps: from the local authority, good among those who trust this server;"
                " COUNTERSIGN_TSA_URLS names others"
            ),
        )


def _bankid(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Real time, also in a sandbox: certificates know no other."""
    if not settings.bankid_certificate:
        return
    path = Path(settings.bankid_certificate)
    expires = load_client_certificate(path, settings.bankid_password).expires
    if expires <= now:
        yield BAD, f"BankID: the certificate expired on {expires:%Y-%m-%d}; order a new one"
    elif expires <= now + RENEW_BEFORE:
        yield HINT, f"BankID: the certificate expires on {expires:%Y-%m-%d}; order a new one"
    else:
        yield GOOD, f"BankID: the certificate is good until {expires:%Y-%m-%d}"


def _fonts() -> Iterator[Finding]:
    missing = missing_scripts()
    if missing:
        yield (
            HINT,
            (
                f"fonts: names in {', '.join(missing)} would show as boxes; put a font for them"
                " into a directory and name it in COUNTERSIGN_FONTS"
            ),
        )
    else:
        yield GOOD, "fonts: every script that is looked for has one"
