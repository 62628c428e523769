"""Lists of signing sessions through the Signicat API, and accounts with as many as wanted, written
straight into their tables."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import httpx2
from sqlalchemy import text

from bench import uploads
from bench.filling import AT_ONCE, ID, MINUTES, NUMBERS, SINCE
from bench.load import Flow
from countersign.adapters.database.engine import Database
from countersign.adapters.database.tables import tasks
from tests.support.server import RunningServer

PAGE = 100  # sessions
# Of a hundred sessions sixty are signed, thirty wait (ten of them for somebody else), ten ended
STATUS = (
    "CASE WHEN n % 100 < 60 THEN 'completed' WHEN n % 100 < 80 THEN 'ready'"
    " WHEN n % 100 < 90 THEN 'blocked' WHEN n % 100 < 96 THEN 'expired' ELSE 'declined' END"
)
YEAR, WEEK = timedelta(days=365), timedelta(days=7)
# Due on some day of a year, whatever their number: a step that shares no factor with its minutes
DUE = "(n * 379) % 525600"
COUNT = """
INSERT INTO task_counts (account_id, status, day, origin, slot, count)
SELECT account_id, status, {day}, 'signicat-v2', 0, count(*) FROM tasks
 WHERE account_id = :account GROUP BY 1, 2, 3"""
DAY = {
    "sqlite": "due_at / 86400000000",
    "postgresql": "CAST(floor(extract(epoch FROM due_at) / 86400) AS integer)",
}


@dataclass(frozen=True)
class Drawer:
    """An account that was filled."""

    size: int
    client_id: str
    client_secret: str

    def token(self, server: RunningServer) -> str:
        answer = httpx2.post(
            f"{server.url}/auth/open/connect/token",
            data={"grant_type": "client_credentials", "scope": "signicat-api"},
            auth=(self.client_id, self.client_secret),
        )
        token: str = answer.json()["access_token"]
        return token


def lists(size: int) -> Iterator[tuple[str, str]]:
    """What is asked, and its path. The last page is the last that may be asked for."""
    last = min(size, 100_000) - PAGE
    due = {"dueDateFrom": SINCE.isoformat(), "sort": "+dueDate"}
    week = due | {"dueDateTo": (SINCE + WEEK).isoformat()}
    half = due | {"dueDateTo": (SINCE + YEAR / 2 + timedelta(hours=7)).isoformat()}
    asked: dict[str, list[tuple[str, str]]] = {
        "newest": [],
        "last page": [("offset", str(last))],
        "one state": [("state", "SIGNED")],
        "one state, by due date": [("state", "READY"), ("sort", "+dueDate")],
        "three states, by due date": [
            *(("state", state) for state in ("READY", "BLOCKED", "EXPIRED")),
            ("sort", "+dueDate"),
        ],
        "one state, due in half a year": [("state", "READY"), *half.items()],
        "two states, due in half a year": [("state", "READY"), ("state", "BLOCKED"), *half.items()],
        "one state, due in half a year, newest": [
            ("state", "READY"),
            *(half | {"sort": "-createdAt"}).items(),
        ],
        "one state, due in a week, newest": [
            ("state", "READY"),
            *(week | {"sort": "-createdAt"}).items(),
        ],
    }
    for step, query in asked.items():
        yield step, f"/sign/signing-sessions?{urlencode([*query, ('limit', str(PAGE))])}"


def new_client(server: RunningServer, size: int = 0) -> Drawer:
    """A new account's."""
    made = server.run("account", "create", "--name", "Bench", "--email", "b@example.test", "--json")
    client = json.loads(made.stdout)["signicat"]
    return Drawer(size, client["client_id"], client["client_secret"])


def filled(server: RunningServer, database: Database, size: int) -> Drawer:
    """A new account with `size` sessions in one collection, made a minute apart."""
    drawer = new_client(server, size)
    _multiply(database, _model(server, drawer.token(server)), size)
    return drawer


def _model(server: RunningServer, token: str) -> str:
    """A session that was made through the API."""
    with httpx2.Client(base_url=server.url, headers={"authorization": f"Bearer {token}"}) as client:
        kind, pdf = {"content-type": "application/pdf"}, uploads.of_pages(2)
        document = client.post("/sign/documents", content=pdf, headers=kind).json()
        of = {"documentId": document["documentId"]}
        collection = client.post("/sign/document-collections", json={"documents": [of]}).json()
        body = session(collection["id"], document["documentId"])
        answer = client.post("/sign/signing-sessions", json=body)
    id: str = answer.json()[0]["id"]
    return id


def flow(token: str, pdf: bytes) -> Flow:
    """Upload, collection and session, each with what the one before was answered."""
    document = json.loads((yield _request("documents", token, pdf, "application/pdf")))
    body = json.dumps({"documents": [{"documentId": document["documentId"]}]}).encode()
    collection = json.loads((yield _request("document-collections", token, body)))
    body = json.dumps(session(collection["id"], document["documentId"])).encode()
    yield _request("signing-sessions", token, body)


def _request(path: str, token: str, body: bytes, kind: str = "application/json") -> bytes:
    head = (
        f"POST /sign/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def session(collection_id: str, document_id: str) -> list[dict[str, object]]:
    """The body that asks one person to sign one document."""
    document = {"documentCollectionId": collection_id, "documentId": document_id, "action": "SIGN"}
    return [
        {
            "title": "Lease of Åsa Öberg",
            "documents": [document],
            "signingSetup": [
                {
                    "signingFlow": "AUTHENTICATION_BASED",
                    "identityProviders": [{"idpName": "nbid"}],
                }
            ],
            "externalReference": "lease 7",
        }
    ]


def _multiply(database: Database, model: str, size: int) -> None:
    dialect = database.engine.dialect.name
    copy = text(_copy(dialect))
    with database.engine.connect() as connection:
        account: str = connection.execute(
            text("SELECT account_id FROM tasks WHERE id = :model"), {"model": model}
        ).scalar_one()
        for first in range(0, size, AT_ONCE):
            last = min(size, first + AT_ONCE) - 1
            connection.execute(copy, {"first": first, "last": last, "model": model})
        gone = {"account": account, "model": model}
        connection.execute(text("DELETE FROM task_counts WHERE account_id = :account"), gone)
        connection.execute(text("UPDATE tasks SET removed = true WHERE id = :model"), gone)
        for day in ("-1", DAY[dialect]):
            count = COUNT.format(day=day).replace(" GROUP", " AND NOT removed GROUP")
            connection.execute(text(count), gone)
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")


def _copy(dialect: str) -> str:
    """The model's row with other values in the columns that lists look at."""
    since = f"'{SINCE.isoformat()}'::timestamptz"
    if dialect == "sqlite":
        since = str(int(SINCE.timestamp()) * 1_000_000)
    other = {
        "id": ID[dialect],
        "position": "n + 1",
        "created_at": f"{since} + {MINUTES[dialect]}",
        "due_at": f"{since} + {MINUTES[dialect].replace('n *', f'({DUE}) *')}",
        "status": STATUS,
    }
    columns = tasks.columns.keys()
    values = ", ".join(other.get(column, column) for column in columns)
    return (
        f"INSERT INTO tasks ({', '.join(columns)}) {NUMBERS[dialect]}"
        f" SELECT {values} FROM tasks, numbers WHERE id = :model"
    )
