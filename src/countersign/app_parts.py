"""What the settings say of single parts: adapters for the composition root."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email.utils import parseaddr
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from countersign.adapters.channels import ByChannel, ProgramCaller
from countersign.adapters.database.engine import Database
from countersign.adapters.database.installation import mark, mark_of
from countersign.adapters.fetcher import HttpFetcher
from countersign.adapters.files.local import LocalFiles
from countersign.adapters.identity import NoIdentity
from countersign.adapters.identity.bankid import BankId
from countersign.adapters.identity.client_certificate import (
    load_client_certificate,
    load_roots,
    mutual_tls,
)
from countersign.adapters.identity.of_account import AccountEids
from countersign.adapters.identity.openid.directory import Directory
from countersign.adapters.identity.openid.provider import OpenIdConnect
from countersign.adapters.identity.simulated import SimulatedIdentity
from countersign.adapters.keys.local import LocalKeys
from countersign.adapters.keys.material import KeysUnusable
from countersign.adapters.keys.pkcs12 import load_pkcs12
from countersign.adapters.mail import PORTS, SandboxMailer, SmtpMailer
from countersign.adapters.mail_domain import MailDomain
from countersign.adapters.office import (
    DocxFiles,
    Limits,
    NoOffice,
    OfficeConverter,
    find_office,
)
from countersign.adapters.outbound_http import OutboundHttp
from countersign.adapters.pdf_engine import Keyring
from countersign.adapters.remote_signing.of_account import AccountVendors
from countersign.adapters.secrets import master_key, subkey
from countersign.adapters.sms import SmsGateway
from countersign.adapters.workshop import Workshop
from countersign.domain.openid import SIGN_IN
from countersign.domain.signing_service import SigningService
from countersign.pages.signing.identity import CALLBACK
from countersign.pages.signing.own_key import SIGNED_CALLBACK
from countersign.settings import PREFIX, BadSettings, Settings
from countersign.usecases.file_ports import Files
from countersign.usecases.identity_port import IdentityProvider
from countersign.usecases.mail_check_port import MailFacts
from countersign.usecases.outside_ports import Mailer
from countersign.usecases.ports import Clock, UnitOfWork

MASTER_KEY = "master.key"
OTHER_KEYS = (
    "Every server needs the keys that the database was begun with. If they are lost, `countersign"
    " migrate --new-keys` lets the next start take or make others: links that were sent and secrets"
    " that were stored are then lost as well."
)


def check_keys(settings: Settings, database: Database) -> None:
    """Links, stored secrets and signatures are made with an installation's keys. Raises BadSettings
    for others than the database knows."""
    path = settings.data / "keys" / MASTER_KEY
    with blaming("data"):
        if not path.exists() and mark_of(database):
            raise BadSettings(f"{PREFIX}DATA: {path} is missing. {OTHER_KEYS}")
        own = subkey(master_key(path), "installation").hex()
    if mark(database, own) != own:
        raise BadSettings(f"{PREFIX}DATA: {path} is not the key of this database. {OTHER_KEYS}")


@contextmanager
def staging(settings: Settings) -> Iterator[Path]:
    """Where files of requests lie while they are read: on the volume of local files, into which
    they are renamed. Beside an object store the data directory may be read-only."""
    if not settings.files_url or os.access(settings.data, os.W_OK | os.X_OK):
        yield settings.data / "staging"
        return
    with TemporaryDirectory(prefix="countersign-") as folder:
        yield Path(folder)


def files(settings: Settings) -> Files:
    if settings.files_url:
        from countersign.adapters.files.object_store import ObjectStoreFiles

        with blaming("files_url"):
            return ObjectStoreFiles(settings.files_url)
    with blaming("data"):
        return LocalFiles(settings.data / "files")


def keyring(settings: Settings, keys: LocalKeys, clock: Clock) -> Keyring:
    with blaming("seal_key"):
        path = Path(settings.seal_key)
        seal = load_pkcs12(path, settings.seal_password) if settings.seal_key else None
    return Keyring(keys, clock, seal, settings.tsa_urls)


def fetcher(settings: Settings, staging: Path) -> HttpFetcher:
    return HttpFetcher(OutboundHttp(allow_private=settings.sandbox), staging)


def office(settings: Settings, workshop: Workshop) -> OfficeConverter:
    docx = DocxFiles(workshop)
    with blaming("converters"):
        limits = Limits(processes=settings.converters)
    try:
        return OfficeConverter(find_office(settings.soffice), docx, limits)
    except NoOffice as problem:
        if settings.soffice:
            raise BadSettings(f"{PREFIX}SOFFICE: {problem}") from None
    return OfficeConverter(None, docx, limits)


def identity(
    settings: Settings,
    simulated: SimulatedIdentity | None,
    unit_of_work: Callable[[], UnitOfWork],
) -> AccountEids:
    own_bankid = None if simulated else bankid(settings)
    house, world = Directory(), Directory(inside=settings.sandbox)
    callback = settings.public_url.rstrip("/") + CALLBACK

    def own(account_id: str) -> dict[str, IdentityProvider]:
        with unit_of_work() as uow:
            found = uow.openid_providers.all(account_id)
        return {
            one.name: OpenIdConnect(one, callback, house if one.inside else world)
            for one in found
            if one.name != SIGN_IN
        }

    return AccountEids(
        simulated or own_bankid or NoIdentity(),
        own,
        simulated=simulated is not None,
        parts=[house, world, *filter(None, [own_bankid])],
    )


def pki(settings: Settings, clock: Clock, unit_of_work: Callable[[], UnitOfWork]) -> AccountVendors:
    def own(account_id: str) -> Sequence[SigningService]:
        with unit_of_work() as uow:
            return uow.signing_services.all(account_id)

    return AccountVendors(own, settings.public_url.rstrip("/") + SIGNED_CALLBACK, clock)


def bankid(settings: Settings) -> BankId | None:
    if not settings.bankid_certificate:
        return None
    with blaming("bankid_certificate", "bankid_password"):
        own = load_client_certificate(Path(settings.bankid_certificate), settings.bankid_password)
    with blaming("bankid_ca"):
        if not settings.bankid_ca:
            raise ValueError("the authority of BankID's server is needed, as a PEM file")
        tls = mutual_tls(own, Path(settings.bankid_ca))
    with blaming("bankid_root"):
        if not settings.bankid_root:
            raise ValueError("the root that people's BankIDs lead to is needed, as a PEM file")
        roots = load_roots(Path(settings.bankid_root))
    with blaming("bankid_url"):
        return BankId(settings.bankid_url, tls, roots)


def mailer(settings: Settings, files: Files, http: OutboundHttp) -> Mailer:
    """Without a gateway, what people would get stays in the database; an SMS in a sandbox only, as
    elsewhere nobody would see it."""
    kept = SandboxMailer()
    senders: dict[str, Mailer] = {"email": kept, "url": ProgramCaller(http)}
    if settings.smtp_url:
        with blaming("smtp_url", "mail_from"):
            senders["email"] = SmtpMailer(settings.smtp_url, settings.mail_from, files)
    if settings.sms_url:
        with blaming("sms_url"):
            senders["sms"] = SmsGateway(settings.sms_url)
    elif settings.sandbox:
        senders["sms"] = kept
    return ByChannel(senders)


def mail_domain(settings: Settings) -> MailDomain:
    with blaming("dns_server"):
        return MailDomain(settings.dns_server)


def mail_facts(settings: Settings) -> MailFacts:
    """Of the mail server's URL, what is no secret."""
    _name, address = parseaddr(settings.mail_from)
    parts = urlsplit(settings.smtp_url)
    port = parts.port or PORTS.get(parts.scheme, 0)
    ways = ["TLS" if parts.scheme == "smtps" else "TLS when it offers that"]
    return MailFacts(
        mail_from=settings.mail_from,
        domain=address.rpartition("@")[2].lower(),
        relay=f"{parts.hostname}:{port}" if parts.hostname else "",
        ways=", ".join([*ways, "with a password" if parts.password else "without a password"]),
    )


@contextmanager
def blaming(*names: str) -> Iterator[None]:
    """What a part can't be made of is a bad setting. Raises BadSettings that names it."""
    try:
        yield
    except (ValueError, KeysUnusable, OSError) as problem:
        where = " or ".join(PREFIX + name.upper() for name in names)
        path = getattr(problem, "filename", None)
        why = f"{path}: {problem.strerror}" if path else problem  # type: ignore[union-attr]
        raise BadSettings(f"{where}: {why}") from None
