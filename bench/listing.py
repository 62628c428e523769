"""How long a list of envelopes takes when its project holds a thousand, a hundred thousand and a
million of them: 20 envelopes and the number of all that match.

Lists are asked for as a client of the Signeum API does, over HTTP. `ratio` is to the same list
among a thousand, and for a page that they have not to their first page.
"""

import http.client
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import structlog

from bench.filling import Shelf, filled
from bench.report import Row, publish
from bench.servers import DATABASES, SAFE
from countersign.adapters.database.engine import Database
from countersign.domain.account import Credential
from countersign.usecases.create_credential import hash_secret
from tests.support.postgres import running_cluster
from tests.support.server import serve

SIZES = (1_000, 100_000, 1_000_000)
PAGE = 20  # envelopes
ROUNDS, SECONDS = 80, 4  # of a list, whichever comes first; five rounds at least
LISTS = {
    "page 1": "page=1",
    "page 500": "page=500",
    "last page": "page={last}",
    "one status": "status=completed",
    "one status, page 500": "status=pending&page=500",
    "three statuses": "status=in_progress",
    "by name": "sort=name:asc",
    "by last change": "sort=updatedAt:desc",
    "search, 20 match": "search=needle",
    "search, all match": "search=%C3%B6berg",
}
Measured = Iterator[tuple[str, Row]]


def measure(kind: str) -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        address_of(kind, Path(folder)) as url,
        closing(Database(url)) as database,
    ):
        shelves = [_filled(database, size) for size in SIZES]
        settings = {} if database.is_sqlite else {"DATABASE_URL": url}
        with serve(Path(folder), settings=settings) as server:
            among_thousand: dict[str, float] = {}
            for shelf in shelves:
                for step, found in _listed(shelf, server.port):
                    row = {"case": f"{shelf.size:,}, {kind}", "who": "countersign", "step": step}
                    compared = ratio(step, found["p50_ms"], among_thousand)
                    yield row | found | {"ratio": compared}


def ratio(step: str, p50_ms: float, among_thousand: dict[str, float]) -> float:
    base = among_thousand["page 1"] if "500" in step else p50_ms
    return round(p50_ms / among_thousand.setdefault(step, base), 2)


@contextmanager
def address_of(kind: str, folder: Path) -> Iterator[str]:
    if kind == "SQLite":
        yield f"sqlite:///{folder / 'countersign.db'}"
        return
    with running_cluster(SAFE) as cluster:
        yield cluster.url(cluster.create_database())


def _filled(database: Database, size: int) -> Shelf:
    print(f"filling with {size:,} envelopes …", file=sys.stderr)
    return filled(database, size)


# ------------------------------------------------------------------ asking


def _listed(shelf: Shelf, port: int) -> Measured:
    path = f"/api/v1/organizations/{shelf.account_id}/projects/{shelf.project_id}/documents?"
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for step, asked in LISTS.items():
            # A key of its own for each: a hundred calls a minute is what one may make
            headers = {"Authorization": f"Bearer {_new_key(shelf)}"}
            query = asked.format(last=shelf.size // PAGE)
            yield step, timed(partial(get, connection, path + query, headers))


def get(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> None:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} {content.decode()}")


def _new_key(shelf: Shelf, numbers: Iterator[int] = count()) -> str:  # noqa: B008 - goes on
    secret = f"ds_{shelf.account_id}_{next(numbers)}"
    with shelf.unit() as uow:
        account = uow.accounts.get(shelf.account_id)
        uow.credentials.add(
            Credential(
                id=secret,
                account_id=account.id,
                api="signeum",
                name=secret,
                secret_hash=hash_secret(secret),
                created_at=account.created_at,
            )
        )
        uow.commit()
    return secret


def timed(ask: Callable[[], None]) -> Row:
    took: list[float] = []
    ends_at = time.perf_counter() + SECONDS
    while len(took) < 5 or (len(took) < ROUNDS and time.perf_counter() < ends_at):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    p99 = statistics.quantiles(took, n=100, method="inclusive")[98]
    return {"p50_ms": round(statistics.median(took), 3), "p99_ms": round(p99, 3)}


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    rows: list[Row] = []
    for kind in DATABASES:
        rows += measure(kind)
    publish("listing", rows)


if __name__ == "__main__":
    main()
