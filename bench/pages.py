"""How long a page of the dashboard takes at the server when the account has sent 100,000 envelopes
with two people each. The limit is 300 ms a page.

Pages are asked for over HTTP by somebody who is signed in.
"""

import http.client
import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import structlog
from sqlalchemy import text

from bench.filling import Shelf, filled
from bench.listing import address_of, get, timed
from bench.report import Row, publish
from bench.servers import DATABASES
from countersign.adapters.database.engine import Database
from countersign.adapters.database.jobs import JobQueue
from countersign.adapters.database.unit_of_work import DatabaseUnitOfWork
from countersign.adapters.secrets import SecretBox, master_key, subkey
from countersign.domain import template as templates
from countersign.domain.access import AccessRole
from countersign.domain.batch import MOST_ROWS, Batch, BatchRow, Problem, RowStatus, SourceKind
from countersign.domain.document import FileRef, PageSize
from countersign.domain.form import DOCX, Form, FormDocument, Tag
from countersign.domain.member import Member, Role, Session
from countersign.domain.short_id import new_short_id
from countersign.domain.template import Template
from countersign.usecases.account_list import ListQuery
from countersign.usecases.create_credential import hash_secret
from tests.support.server import serve

SIZE = 100_000
LIMIT_MS = 300
TOKEN, VIEWERS_TOKEN = "the-token-of-the-bench", "the-token-of-a-viewer"
ROLE, OTHER_ROLE = (str(uuid4()) for _ in range(2))
# All but every hundredth are kept from the viewer; of those, half are for a role that they have
ACCESS = """
INSERT INTO envelope_access (envelope_id, viewer_id, is_sender)
SELECT id, CASE WHEN n % 200 = 0 THEN '{role}' ELSE '{other}' END, false
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM envelopes
         WHERE account_id = :account) AS numbered
 WHERE n % 200 <> 100
"""
PEOPLE = """
INSERT INTO tasks (id, envelope_id, position, name, email, fields, after, methods, identity,
                   identified, language, status, extras)
SELECT id || '-{n}', id, {n}, 'Person ' || {n} || ' of ' || id, 'p{n}@' || id || '.example',
       '[]', '[]', '[]', '[]', '[]', 'en', 'completed', '{{}}'
  FROM envelopes WHERE account_id = :account
"""
PAGES = {
    "newest": "envelopes",
    "waiting": "envelopes?state=open",
    "ended early": "envelopes?state=ended",
    "of one API": "envelopes?api=signeum",
    "of an API that sent none": "envelopes?api=signature-nc",
    "of a month": "envelopes?since=2020-01-01&until=2020-01-31",
    "search, many match": "envelopes?q=lease",
    "search, 20 match": "envelopes?q=needle",
    "search, nothing matches": "envelopes?q=nowhere",
    "search by an address": "envelopes?q=p1@{one}.example",
    "middle of the list": "envelopes?behind={middle}",
    "one envelope": "envelopes/{one}",
    "members": "members",
    "keys": "credentials",
    "webhooks": "webhooks",
    "projects": "settings",
    "one project": "settings/projects/{project}",
    "preview of a page": "settings/preview/page?project={project}&primary=%230d5f66",
    "preview of a mail": "settings/preview/mail?project={project}&primary=%230d5f66",
    "interfaces": "settings/interfaces",
    "identity providers": "settings/providers",
    "signing keys": "settings/keys",
    "mail": "settings/mail",
    "seal and time": "settings/seal",
    "audit log": "audit",
    "retention": "retention",
    "deletions": "retention/deletions",
    "exports": "retention/exports",
    "server": "operator",
    "batches": "batches",
    "a file to bring": "batches/new",
    "a batch of 5,000 rows, all wrong": "batches/{wrong}",
    "a batch of 5,000 rows, all sent": "batches/{sent}",
    "its progress": "batches/{sent}/progress",
    "templates and forms": "templates",
    "a template": "templates/{template}",
    "its fields": "templates/{template}/fields",
    "a form": "forms/{form}",
}
VIEWERS_PAGES = {
    name: PAGES[name]
    for name in PAGES
    if name.startswith(("newest", "waiting", "ended", "of one", "of a month", "search, ", "middle"))
} | {"of a state and month": "envelopes?state=completed&since=2020-01-01&until=2020-01-31"}
RESTRICTED = """
UPDATE envelopes SET restricted = true
 WHERE account_id = :account AND id IN (SELECT envelope_id FROM envelope_access)
"""


def measure(kind: str) -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        address_of(kind, Path(folder)) as url,
        closing(Database(url)) as database,
    ):
        print(f"filling with {SIZE:,} envelopes …", file=sys.stderr)
        shelf = filled(database, SIZE)
        _people(database, shelf)
        _sign_in(shelf, TOKEN, Role.OWNER)
        _sign_in(shelf, VIEWERS_TOKEN, Role.VIEWER)
        made = _library(shelf, database, Path(folder))
        settings = {} if database.is_sqlite else {"DATABASE_URL": url}
        with serve(Path(folder), settings=settings) as server:
            for step, found in _asked(shelf, server.port, made):
                row = {"case": f"{SIZE:,}, {kind}", "who": "countersign", "step": step}
                yield row | found | {"ratio": round(found["p50_ms"] / LIMIT_MS, 2)}


def _people(database: Database, shelf: Shelf) -> None:
    with database.engine.connect() as connection:
        for number in range(2):
            connection.execute(text(PEOPLE.format(n=number)), {"account": shelf.account_id})
        access = ACCESS.format(role=ROLE, other=OTHER_ROLE)
        connection.execute(text(access), {"account": shelf.account_id})
        connection.execute(text(RESTRICTED), {"account": shelf.account_id})
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))


def _sign_in(shelf: Shelf, token: str, role: Role) -> None:
    now = datetime.now(UTC)
    member = Member(
        id=str(uuid4()),
        account_id=shelf.account_id,
        email=f"{role}@example.test",
        name="Bench",
        role=role,
        operator=role is Role.OWNER,
        created_at=now,
        joined_at=now,
    )
    session = Session(
        id=hash_secret(token),
        member_id=member.id,
        how="password",
        created_at=now,
        seen_at=now,
        ip="127.0.0.1",
        user_agent="bench",
    )
    with shelf.unit() as uow:
        uow.dashboard.members.add(member)
        uow.dashboard.sessions.add(session)
        if role is Role.VIEWER:
            board = AccessRole(
                id=ROLE, account_id=shelf.account_id, name="Board", members=(member.id,)
            )
            uow.dashboard.access.add(board)
        uow.commit()


def _library(shelf: Shelf, database: Database, folder: Path) -> dict[str, str]:
    """A template, a form, and batches as long as they may be. The server opens what rows say."""
    owner, now = shelf.account_id, datetime.now(UTC)
    file = FileRef("0" * 64, 1)
    template = Template(
        id=str(uuid4()),
        account_id=owner,
        name="Lease",
        upload=file,
        file_name="lease.pdf",
        pages=(PageSize(595.0, 842.0),) * 20,
        roles=(templates.Role(label="Tenant"),),
        created_at=now,
    )
    form = Form(
        id=new_short_id(),
        account_id=owner,
        origin="nextsign",
        name="Offer",
        documents=(FormDocument(name="a.docx", media_type=DOCX, upload=file),),
        tags=tuple(Tag(id=new_short_id(), name=f"t{n}", label=f"Tag {n}") for n in range(50)),
        created_at=now,
        updated_at=now,
    )
    batches = {"wrong": _batch(shelf, template, now), "sent": _batch(shelf, template, now)}
    with _unit(database, folder) as uow:
        uow.templates.add(template)
        uow.forms.add(form)
        for batch in batches.values():
            uow.dashboard.batches.add(batch, _rows())
        uow.dashboard.batches.start(batches["sent"])
        uow.dashboard.batches.settle_all(batches["sent"].id, RowStatus.SENT)
        uow.dashboard.batches.end(batches["sent"].id, now)
        uow.commit()
    made = {"template": template.id, "form": form.id}
    return made | {name: batch.id for name, batch in batches.items()}


def _unit(database: Database, folder: Path) -> DatabaseUnitOfWork:
    """With the server's own key."""
    (folder / "keys").mkdir(exist_ok=True)
    box = SecretBox(subkey(master_key(folder / "keys" / "master.key"), "stored answers"))
    queue = JobQueue(database, lambda: datetime.now(UTC))
    return DatabaseUnitOfWork(database, queue, box, lambda *_: ())


def _batch(shelf: Shelf, template: Template, now: datetime) -> Batch:
    return Batch(
        id=str(uuid4()),
        account_id=shelf.account_id,
        origin="signeum",
        kind=SourceKind.TEMPLATE,
        source_id=template.id,
        version=1,
        source_name=template.name,
        file_name="people.csv",
        columns=("Name", "Address"),
        mapping={"person.0.name": 0, "person.0.email": 1},
        created_at=now,
        who="bench@example.test",
        title=template.name,
        language="en",
    )


def _rows() -> list[BatchRow]:
    wrong = (Problem("is not an e-mail address", 1),)
    return [
        BatchRow(number=number, cells=(f"Person {number}", "nowhere"), problems=wrong)
        for number in range(2, MOST_ROWS + 2)
    ]


def _asked(shelf: Shelf, port: int, made: dict[str, str]) -> Iterator[tuple[str, Row]]:
    with shelf.unit() as uow:
        everything = ListQuery(account_id=shelf.account_id, limit=SIZE // 2)
        middle = uow.dashboard.envelopes.page(everything)[-1]
    pages = [(step, path, TOKEN) for step, path in PAGES.items()]
    pages += [(f"a viewer: {step}", path, VIEWERS_TOKEN) for step, path in VIEWERS_PAGES.items()]
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for step, path, token in pages:
            known = {"middle": middle.mark, "one": middle.id, "project": shelf.project_id, **made}
            asked = f"/dashboard/{path.format(**known)}"
            headers = {"Cookie": f"countersign_session={token}"}
            yield step, timed(partial(get, connection, asked, headers))


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    rows: list[Row] = []
    for kind in DATABASES:
        rows += measure(kind)
    publish("pages", rows)


if __name__ == "__main__":
    main()
