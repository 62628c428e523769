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
from countersign.domain.member import Member, Role, Session
from countersign.usecases.account_list import ListQuery
from countersign.usecases.create_credential import hash_secret
from tests.support.server import serve

SIZE = 100_000
LIMIT_MS = 300
TOKEN = "the-token-of-the-bench"
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
    "server": "operator",
}


def measure(kind: str) -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        address_of(kind, Path(folder)) as url,
        closing(Database(url)) as database,
    ):
        print(f"filling with {SIZE:,} envelopes …", file=sys.stderr)
        shelf = filled(database, SIZE)
        _people(database, shelf)
        _sign_in(shelf)
        settings = {} if database.is_sqlite else {"DATABASE_URL": url}
        with serve(Path(folder), settings=settings) as server:
            for step, found in _asked(shelf, server.port):
                row = {"case": f"{SIZE:,}, {kind}", "who": "countersign", "step": step}
                yield row | found | {"ratio": round(found["p50_ms"] / LIMIT_MS, 2)}


def _people(database: Database, shelf: Shelf) -> None:
    with database.engine.connect() as connection:
        for number in range(2):
            connection.execute(text(PEOPLE.format(n=number)), {"account": shelf.account_id})
        connection.execute(text("ANALYZE"))


def _sign_in(shelf: Shelf) -> None:
    now = datetime.now(UTC)
    member = Member(
        id=str(uuid4()),
        account_id=shelf.account_id,
        email="bench@example.test",
        name="Bench",
        role=Role.OWNER,
        operator=True,
        created_at=now,
        joined_at=now,
    )
    session = Session(
        id=hash_secret(TOKEN),
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
        uow.commit()


def _asked(shelf: Shelf, port: int) -> Iterator[tuple[str, Row]]:
    with shelf.unit() as uow:
        everything = ListQuery(account_id=shelf.account_id, limit=SIZE // 2)
        middle = uow.dashboard.envelopes.page(everything)[-1]
    headers = {"Cookie": f"countersign_session={TOKEN}"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for step, path in PAGES.items():
            known = {"middle": middle.mark, "one": middle.id, "project": shelf.project_id}
            asked = f"/dashboard/{path.format(**known)}"
            yield step, timed(partial(get, connection, asked, headers))


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    rows: list[Row] = []
    for kind in DATABASES:
        rows += measure(kind)
    publish("pages", rows)


if __name__ == "__main__":
    main()
