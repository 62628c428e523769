"""A customer of a running server, who sends anything and sees what it leaves behind."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx2

from tests.bad_input.signer import Signer
from tests.pdf.samples import contract
from tests.support.folders import everything_in
from tests.support.processes import wait_until
from tests.support.server import RunningServer

BASE = "/api/v3"
ABSENT = object()
PATIENCE = 20.0  # seconds after which an answer counts as a hang
# Whatever is under way ends in one of these
WORKING = """
    SELECT (SELECT count(*) FROM jobs WHERE token IS NOT NULL)
         + (SELECT count(*) FROM jobs WHERE dead_at IS NULL AND attempts = 0
             AND run_at <= (strftime('%s', 'now') * 1000000))
         + (SELECT count(*) FROM envelopes WHERE status = 'sealing')
"""


@dataclass(frozen=True)
class Traces:
    """All that requests may leave: rows of each table, stored files, files that were staged."""

    rows: dict[str, int]
    files: frozenset[str]
    staged: frozenset[str]


class Sender:
    """`api` calls with the production token of an account of its own, `browser` without any."""

    def __init__(self, server: RunningServer, token: str) -> None:
        self.server, self.token = server, token
        headers = {"Authorization": f"Bearer {token}"}
        self.api = httpx2.Client(base_url=server.url, headers=headers, timeout=PATIENCE)
        self.browser = httpx2.Client(base_url=server.url, timeout=PATIENCE)

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, *_: object) -> None:
        self.api.close()
        self.browser.close()

    def post(self, files: Any = None, **changes: Any) -> httpx2.Response:
        """The create call with a good request that is changed; ABSENT leaves a part out. `files`
        are (name, content) or (name, content, type)."""
        texts = {"name": "Quote", "signers": [person()], **changes}
        texts = {name: text for name, text in texts.items() if text is not ABSENT}
        if not isinstance(texts.get("signers", ""), str):
            texts["signers"] = json.dumps(texts["signers"])
        given = [("contract.pdf", contract())] if files is None else files
        parts = [("file", (*each, "application/pdf")[:3]) for each in given]
        return self.api.post(f"{BASE}/signatures", files=parts, data=texts)

    def create(self, files: Any = None, **changes: Any) -> Any:
        answer = self.post(files, **changes)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def signers(self, files: Any = None, **changes: Any) -> list[Signer]:
        """The people of a new submission, each at their signing page."""
        return self.signers_of(self.create(files, **changes))

    def signers_of(self, made: Any) -> list[Signer]:
        return [
            Signer(self.browser, each["signatureLink"], each["uuid"]) for each in made["submitters"]
        ]

    def signer(self, files: Any = None, **changes: Any) -> Signer:
        (only,) = self.signers(files, **changes)
        return only

    def read(self, uuid: str) -> Any:
        return self.api.get(f"{BASE}/submissions/{uuid}").json()

    def signed(self, uuid: str) -> bytes:
        """The document as soon as it is sealed and verified."""
        wait_until(lambda: self.read(uuid)["auditDocument"] is not None, "the signed document")
        (document,) = self.read(uuid)["submitters"][0]["signedDocuments"]
        return self.browser.get(document["url"]).content

    def sign_through(self, name: str, data: bytes, area: dict[str, Any] | None = None) -> bytes:
        """The signed form of one uploaded file."""
        fields = [field(document=name, **({"area": area} if area else {}))]
        made = self.create([(name, data)], signers=[person(fields=fields)])
        (lea,) = self.signers_of(made)
        answer = lea.complete()
        assert answer.status_code == 200, answer.text
        return self.signed(made["uuid"])

    def let_expire(self, task: str) -> None:
        """Through the database, since this vendor's submissions have no deadline."""
        path = self.server.data / "countersign.db"
        change = """UPDATE envelopes SET due_at = ? WHERE id =
            (SELECT envelope_id FROM tasks WHERE id = ?)"""
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            assert (
                database.execute(change, (time.time_ns() // 1000 - 1_000_000, task)).rowcount == 1
            )

    def sign_by_two(self, name: str, data: bytes) -> bytes:
        """The same by two people at the same place."""
        fields = [field(document=name)]
        made = self.create([(name, data)], signers=[person(fields=fields), person(fields=fields)])
        for signer in self.signers_of(made):
            answer = signer.complete()
            assert answer.status_code == 200, answer.text
        return self.signed(made["uuid"])

    # -------------------------------------------------------------- what stays

    def traces(self) -> Traces:
        """As soon as the worker has nothing left to do."""
        wait_until(lambda: self._ask(WORKING) == 0, "the worker")
        wait_until(lambda: not self._staged(), "clearing the staging folder", patience=5)
        rows = {table: self._ask(f"SELECT count(*) FROM {table}") for table in self._tables}
        stored = self.server.data / "files"
        files = frozenset(str(each) for each in stored.rglob("*") if each.is_file())
        return Traces(rows, files, self._staged())

    def _staged(self) -> frozenset[str]:
        staging = self.server.data / "staging"
        inside = [each.relative_to(staging) for each in everything_in(staging)]
        return frozenset(
            str(each) for each in inside if len(each.parts) > 1 and each.name != "alive"
        )

    @cached_property
    def _tables(self) -> list[str]:
        with self._database() as database:
            found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            # A search index can't be read through
            return [name for (name,) in found if name != "jobs" and "name_index" not in name]

    def _ask(self, question: str) -> int:
        with self._database() as database:
            return int(database.execute(question).fetchone()[0])

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        path = self.server.data / "countersign.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            yield database


def new_sender(server: RunningServer) -> Sender:
    made = server.run(
        "account", "create", "--name", "Acme Limited", "--email", "owner@acme.example", "--json"
    )
    return Sender(server, json.loads(made.stdout)["signature_nc"]["token"])


def person(**changes: Any) -> dict[str, Any]:
    return _changed({"firstname": "Lea", "lastname": "Roux", "fields": [field()]}, changes)


def field(**changes: Any) -> dict[str, Any]:
    values = {
        "type": "signature",
        "name": "Sign here",
        "document": "contract.pdf",
        "area": area(),
    }
    return _changed(values, changes)


def area(**changes: Any) -> dict[str, Any]:
    return _changed({"x": 120, "y": 640, "w": 200, "h": 80, "page": 0}, changes)


def _changed(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (values | changes).items() if value is not ABSENT}
