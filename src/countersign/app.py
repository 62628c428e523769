"""The composition root: settings → adapters → use cases → HTTP applications and worker.

Nothing here decides anything; it only puts the parts together, so this is the place to see which
part is used for what.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from anyio import to_thread
from starlette.types import ASGIApp

from countersign import address, app_parts, httpkit, jobs
from countersign.adapters.access_tokens import SignedAccessTokens
from countersign.adapters.clock import SandboxClock, system_clock
from countersign.adapters.database.engine import Database
from countersign.adapters.database.jobs import JobQueue
from countersign.adapters.database.migrations import migrate
from countersign.adapters.database.rate_limits import Hits, hits_beside
from countersign.adapters.database.unit_of_work import DatabaseUnitOfWork
from countersign.adapters.fetcher import HttpFetcher
from countersign.adapters.identity.of_account import AccountEids
from countersign.adapters.identity.sign_in import AccountSignIn
from countersign.adapters.identity.simulated import SimulatedIdentity
from countersign.adapters.invitations import MailInvitations
from countersign.adapters.key_meter import KeyMeter
from countersign.adapters.keys.local import AUTHORITIES, LocalKeys, open_local_keys
from countersign.adapters.links import SignedLinks
from countersign.adapters.member_desk import member_ports
from countersign.adapters.office import (
    DocxFiles,
    OfficeConverter,
)
from countersign.adapters.outbound_http import OutboundHttp
from countersign.adapters.pdf_engine import (
    Engine,
    Keyring,
    MerchantSigning,
    use_font_directory,
    verifier,
)
from countersign.adapters.remote_signing.of_account import AccountVendors
from countersign.adapters.row_files import SpreadsheetFiles
from countersign.adapters.secrets import SecretBox, master_key, subkey
from countersign.adapters.server_facts import free_share
from countersign.adapters.webhooks import HttpWebhookSender
from countersign.adapters.worker import Worker
from countersign.adapters.workshop import Workshop
from countersign.app_dashboard import build_dashboard
from countersign.dialects import (
    Dialect,
    nextsign,
    signature_nc,
    signeum,
    signicat_v1,
    signicat_v2,
)
from countersign.domain.draft import ORIGIN
from countersign.domain.eids import EID_NAMES
from countersign.pages import (
    code,
    downloads,
    forms,
    front,
    operations,
    pki,
    sandbox,
    static,
    token,
    verify,
    widget,
)
from countersign.pages.dashboard.access import PREFIX as DASHBOARD
from countersign.pages.dashboard.entering import SSO_RETURN
from countersign.pages.dashboard.sending.webhooks import DashboardWebhooks
from countersign.pages.signing import api as signing
from countersign.settings import PREFIX, BadSettings, Settings
from countersign.usecases.batch_ports import Batching
from countersign.usecases.keeping_ports import Use
from countersign.usecases.member_ports import MemberPorts
from countersign.usecases.ports import Clock, Ports, UnitOfWork

DIALECTS: tuple[Dialect, ...] = tuple(
    each.DIALECT for each in (nextsign, signature_nc, signeum, signicat_v1, signicat_v2)
)
ROW_SENDERS = {dialect.name: dialect.rows for dialect in DIALECTS if dialect.rows}
# That have begun; few of them compute at once (turns.py). With the worker they fit into the pool
HANDLER_THREADS = 20
LINK_LIFETIME = timedelta(hours=1)
POLL, SANDBOX_POLL = 1.0, 0.2  # seconds; a sandbox's clock may jump at any moment

Outside = Callable[[Ports], Ports]


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One opened installation: what every command works on. In the workshop of `strangers` files
    are checked that anybody may bring, so that whoever signs need not wait behind them."""

    settings: Settings
    ports: Ports
    database: Database
    queue: JobQueue
    worker: Worker
    keys: LocalKeys
    keyring: Keyring
    workshop: Workshop
    strangers: Workshop
    hits: Hits
    staging: Path
    office: OfficeConverter
    sign_in: AccountSignIn
    desk: MemberPorts

    def is_sandbox(self) -> bool:
        """Whether this is one, or was one when it was served: `account create` is not told."""
        return SandboxClock(self.database).is_set()


@contextmanager
def opened(settings: Settings, outside: Outside = lambda ports: ports) -> Iterator[Installation]:
    """Opens an installation, making whatever is missing. `outside` may replace ports: the fault
    tests put failing ones in. Raises BadSettings for what can't be used."""
    settings = address.known(settings)
    _make_folders(settings)
    use_font_directory(Path(settings.fonts) if settings.fonts else None)
    with ExitStack() as stack:
        with app_parts.blaming("database_url"):
            database = Database(settings.database, synchronous=settings.sqlite_synchronous)
        stack.enter_context(closing(database))
        largest = settings.max_upload_mb << 20
        workshop = stack.enter_context(closing(Workshop(largest=largest)))
        strangers = stack.enter_context(closing(Workshop(1, largest=largest)))
        hits = stack.enter_context(closing(hits_beside(database)))
        staging = stack.enter_context(app_parts.staging(settings))
        fetcher = stack.enter_context(closing(app_parts.fetcher(settings, staging)))
        migrate(database)
        app_parts.check_keys(settings, database)
        office = stack.enter_context(closing(app_parts.office(settings, workshop)))
        installation = _installation(
            settings, database, workshop, strangers, hits, staging, fetcher, office, outside
        )
        if isinstance(installation.ports.identity, AccountEids):
            stack.enter_context(closing(installation.ports.identity))
        if isinstance(installation.ports.pki, AccountVendors):
            stack.enter_context(closing(installation.ports.pki))
        stack.enter_context(closing(installation.sign_in))
        if isinstance(installation.ports.meter, KeyMeter):
            stack.enter_context(closing(installation.ports.meter))
        yield installation


def _make_folders(settings: Settings) -> None:
    """The data directory may be read-only when database and files are elsewhere: it holds keys
    only."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        (settings.data / "keys").mkdir(exist_ok=True, mode=0o700)
    except OSError as problem:
        raise BadSettings(f"{PREFIX}DATA: {problem.filename}: {problem.strerror}") from None
    writes_here = not (settings.database_url and settings.files_url)
    if writes_here and not os.access(settings.data, os.W_OK | os.X_OK):
        raise BadSettings(f"{PREFIX}DATA: {settings.data} can't be written by this user")


def _installation(
    settings: Settings,
    database: Database,
    workshop: Workshop,
    strangers: Workshop,
    hits: Hits,
    staging: Path,
    fetcher: HttpFetcher,
    office: OfficeConverter,
    outside: Outside,
) -> Installation:
    clock: Clock = system_clock
    job_clock: Clock = system_clock
    if settings.sandbox:
        moved = SandboxClock(database)
        moved.set()
        clock, job_clock = moved, moved.exactly
    keys = open_local_keys(settings.data / "keys" / "pki", settings.public_url, clock())
    queue = JobQueue(database, job_clock)
    keyring = app_parts.keyring(settings, keys, clock)
    ports = outside(_ports(settings, database, queue, clock, keyring, workshop, fetcher, office))
    public = settings.public_url.rstrip("/")
    sign_in = AccountSignIn(ports.unit_of_work, public + SSO_RETURN, sandbox=settings.sandbox)
    poll = SANDBOX_POLL if settings.sandbox else POLL
    handlers = jobs.handlers(ports, ROW_SENDERS)
    worker = Worker(queue, handlers, jobs.retry_after, jobs.QUEUES, poll=poll)
    return Installation(
        settings=settings,
        ports=ports,
        database=database,
        queue=queue,
        worker=worker,
        keys=keys,
        keyring=keyring,
        workshop=workshop,
        strangers=strangers,
        hits=hits,
        staging=staging,
        office=office,
        sign_in=sign_in,
        desk=member_ports(
            ports, public + DASHBOARD, settings.mail_from, sign_in, _batching(workshop)
        ),
    )


def _batching(workshop: Workshop) -> Batching:
    """Templates and forms are sent in the words of the API that has them."""
    return Batching(
        files=SpreadsheetFiles(workshop),
        senders=ROW_SENDERS,
        template_origin=signeum.DIALECT.name,
        form_origin=nextsign.DIALECT.name,
    )


def _ports(
    settings: Settings,
    database: Database,
    queue: JobQueue,
    clock: Clock,
    keyring: Keyring,
    workshop: Workshop,
    fetcher: HttpFetcher,
    office: OfficeConverter,
) -> Ports:
    master = master_key(settings.data / "keys" / app_parts.MASTER_KEY)
    links = SignedLinks(settings.public_url, subkey(master, "links"))
    box = SecretBox(subkey(master, "stored answers"))
    files = app_parts.files(settings)
    simulated = SimulatedIdentity(tuple(EID_NAMES)) if settings.sandbox else None
    translators = {d.name: d.webhooks(links, clock, LINK_LIFETIME) for d in DIALECTS}
    translators[ORIGIN] = DashboardWebhooks()
    follow_ups = jobs.follow_ups(translators)

    def unit_of_work() -> UnitOfWork:
        return DatabaseUnitOfWork(database, queue, box, follow_ups)

    http = OutboundHttp(allow_private=settings.sandbox)

    def count(uses: Sequence[Use]) -> None:
        with unit_of_work() as uow:
            uow.keeping.usage.add(uses)
            uow.commit()

    return Ports(
        unit_of_work=unit_of_work,
        clock=clock,
        files=files,
        engine=Engine(files, keyring, workshop),
        merchant=MerchantSigning(keyring),
        docx=DocxFiles(workshop),
        converter=office,
        pki=app_parts.pki(settings, clock, unit_of_work),
        mailer=app_parts.mailer(settings, files, http),
        invitations=MailInvitations(settings.mail_from, settings.public_url),
        webhooks=HttpWebhookSender(http),
        links=links,
        access_tokens=SignedAccessTokens(settings.public_url, subkey(master, "access tokens")),
        code_key=subkey(master, "one-time codes"),
        meter=KeyMeter(count),
        fetcher=fetcher,
        identity=app_parts.identity(settings, simulated, unit_of_work),
        simulated=simulated,
        link_lifetime=LINK_LIFETIME,
        codes_by_sms_an_hour=settings.sms_codes_an_hour,
    )


# ------------------------------------------------------------------ HTTP


def web(installation: Installation) -> ASGIApp:
    """Every HTTP surface behind one door; its lifespan runs the worker, unless the settings leave
    that to processes of their own."""
    settings, ports = installation.settings, installation.ports
    runtime = httpkit.Runtime(
        installation.staging, handler_threads=HANDLER_THREADS, hit=installation.hits
    )
    apps = _dialects(settings, ports, runtime) | _pages(installation, runtime)
    door = httpkit.ByPrefix(apps, partial(_lifespan, installation, runtime))
    return httpkit.RequestId(door)


def _dialects(settings: Settings, ports: Ports, runtime: httpkit.Runtime) -> dict[str, ASGIApp]:
    largest = settings.max_upload_mb << 20
    return {
        prefix: built
        for dialect in DIALECTS
        for built in [dialect.build(ports, runtime, largest_file=largest).app]
        for prefix in dialect.prefixes
    }


def _pages(installation: Installation, runtime: httpkit.Runtime) -> dict[str, ASGIApp]:
    settings, ports = installation.settings, installation.ports
    signing_page = signing.build(
        ports,
        runtime,
        sandbox=settings.sandbox,
        largest_upload=settings.max_signer_upload_mb << 20,
    ).app
    root = partial(installation.keys.certificate, "root")
    verify_file = verifier(installation.workshop, lambda: [root()])
    verify_any = verifier(installation.strangers, lambda: [root()])
    measures = installation.queue.counts, partial(free_share, settings.data)
    health = operations.build(installation.database.ping, *measures, token=settings.metrics_token)
    pages: dict[str, ASGIApp] = {
        "/s": signing_page,
        "/sign": signing_page,
        "/d": downloads.build(ports, runtime),
        code.PREFIX: code.build(ports, runtime).app,
        token.PREFIX: token.build(ports, runtime).app,
        "/pki": pki.build(_published(installation)),
        "/static": static.build(),
        "/widget": widget.build(),
        DASHBOARD: build_dashboard(installation, runtime, verify_file, DIALECTS),
        verify.PREFIX: verify.build(runtime, verify_any, largest_file=settings.max_upload_mb << 20),
        "/healthz": health,
        "/readyz": health,
        "/metrics": health,
    }
    links = {
        "Dashboard": DASHBOARD,
        "Check the signatures of a PDF": verify.PREFIX,
        "The signing page's API": "/s/docs",
        "Access tokens": f"{token.PREFIX}/docs",
    }
    for dialect in DIALECTS:
        links[f"{dialect.name}: API"] = dialect.docs
    if settings.sandbox:
        links["What the mails say"] = "/sandbox/mail"
        links["The signing page inside another page"] = "/sandbox/widget"
        pages["/sandbox"] = sandbox.build(ports, runtime, mail_from=settings.mail_from)
    pages["/f"] = forms.build(
        ports, runtime, {each.name: each.forms.begin for each in DIALECTS if each.forms}
    )
    pages["/"] = front.build(links)
    return pages


def _published(installation: Installation) -> pki.Published:
    keys, clock = installation.keys, installation.ports.clock
    published: dict[str, Callable[[], bytes]] = {}
    for name in AUTHORITIES:
        published[f"{name}.cer"] = partial(keys.certificate, name)
        published[f"{name}.crl"] = lambda name=name: keys.crl(name, clock())  # type: ignore[misc]
    return published


@asynccontextmanager
async def _lifespan(
    installation: Installation, runtime: httpkit.Runtime, _app: object
) -> AsyncIterator[None]:
    async with runtime.lifespan():
        if not installation.settings.workers:
            yield
            return
        installation.worker.start()
        try:
            yield
        finally:
            await to_thread.run_sync(installation.worker.stop)
