"""Forms submitted in bulk through the NextSign API: how many a second, and the bytes that stay.

    python -m bench.forms [--cases 1000] [--docx 1000]

One form is a PDF of 2 MB and has 20 tags of which it holds none: nothing of it changes. The other
adds a DOCX with 20 tags, which is filled in, converted and stored each time. A key may call a
hundred times a minute, so there are as many as it takes.
"""

import argparse
import http.client
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.report import Row, publish
from bench.servers import Bench, started
from countersign.adapters.database.accounts import Credentials
from countersign.adapters.database.engine import Database
from countersign.adapters.database.transaction import Transaction
from countersign.domain.account import Credential
from countersign.usecases.create_credential import hash_secret
from tests.pdf.samples import contract
from tests.support.docx import docx

CLIENTS, TAGS, PAGE_BYTES = 4, 20, 1 << 20


@dataclass(frozen=True)
class _Account:
    bench: Bench
    id: str
    company: str
    keys: list[str]

    def form(self, folder: Path, *files: tuple[str, bytes]) -> str:
        for name, data in files:
            (folder / name).write_bytes(data)
        paths = [str(folder / name) for name, _ in files]
        (folder / "tags.json").write_text(json.dumps([{"tag": tag} for tag in _tags()]))
        made = self.bench.server.run(
            "form", "import", *paths, "--account", self.id, "--name", "Bench", "--json",
            "--tags", str(folder / "tags.json"),
        )  # fmt: skip
        id: str = json.loads(made.stdout)["id"]
        return id

    def submit(self, form: str, cases: int) -> float:
        """Seconds that it took."""
        before = time.perf_counter()
        work = zip(range(cases), cycle(self.keys), strict=False)
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(lambda each: self._one(form, *each), work))
        return time.perf_counter() - before

    def _one(self, form: str, number: int, key: str) -> None:
        path = f"/api/v2/{self.company}/forms/{form}/submit"
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        body = json.dumps(_submission(number))
        port = self.bench.server.port
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=300)) as connection:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            said = answer.read()
        assert answer.status == 200, said


def _tags() -> list[str]:
    return [f"tag_{number}" for number in range(TAGS)]


def _submission(number: int) -> dict[str, Any]:
    tags = [{"tag": tag, "value": f"{tag} of case {number}"} for tag in _tags()]
    people = [{"name": "Åsa Öberg", "email": "asa@example.test"}]
    return {"tags": tags, "recipients": people, "settings": {}}


def _account(bench: Bench, keys: int) -> _Account:
    made = bench.server.run("account", "create", "--name", "B", "--email", "b@x.test", "--json")
    given = json.loads(made.stdout)
    company, first = given["nextsign"]["company"], given["nextsign"]["api_key"]
    names = [f"ns_bench_{number}" for number in range(keys)]
    with (
        closing(Database(f"sqlite:///{bench.server.data / 'countersign.db'}")) as database,
        Transaction(database) as transaction,
    ):
        credentials = Credentials(transaction)
        like = credentials.by_secret_hash(hash_secret(first)).credential
        for name in names:
            credentials.add(_copy(like, name))
        transaction.commit()
    return _Account(bench, given["account"]["id"], company, names)


def _copy(like: Credential, name: str) -> Credential:
    return Credential(
        id=name,
        account_id=like.account_id,
        api=like.api,
        name=name,
        secret_hash=hash_secret(name),
        created_at=like.created_at,
    )


def _stored(bench: Bench) -> int:
    """Bytes in the file store."""
    root = bench.server.data / "files"
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def _measure(account: _Account, what: str, form: str, cases: int) -> Row:
    before = _stored(account.bench)
    account.submit(form, 1)
    first = _stored(account.bench) - before
    seconds = account.submit(form, cases)
    grown = _stored(account.bench) - before - first
    return {
        "case": what,
        "cases": cases,
        "per_s": cases / seconds,
        "first_case_stores_bytes": first,
        "each_further_stores_bytes": grown // cases,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--docx", type=int, default=1000)
    given = parser.parse_args()
    large = contract() + b"%" + os.urandom(PAGE_BYTES).hex().encode() + b"\n"
    letter = docx(*[f"{tag}: {{{{{tag}}}}}" for tag in _tags()])
    keys = (given.cases + given.docx) // 50 + 2
    with TemporaryDirectory() as name, started(Path(name), "SQLite", "--sandbox") as bench:
        account, folder = _account(bench, keys), Path(name)
        fixed = account.form(folder, ("terms.pdf", large))
        filled = account.form(folder, ("letter.docx", letter), ("terms.pdf", large))
        rows = [
            _measure(account, "PDF of 2 MB", fixed, given.cases),
            _measure(account, "DOCX with 20 tags + PDF of 2 MB", filled, given.docx),
        ]
    publish("forms", rows)


if __name__ == "__main__":
    main()
