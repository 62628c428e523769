"""How long a list of envelopes takes when its project holds a thousand, a hundred thousand and a
million of them: 20 envelopes and the number of all that match.

The list is the one of the port, which the use case `list_envelopes` hands on; HTTP comes on top.
`ratio` is to the same list among a thousand, and for a page that there is not to their first page.
"""

import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from bench.filling import Shelf, filled
from bench.report import Row, publish
from bench.servers import DATABASES, SAFE
from countersign.adapters.database.engine import Database
from countersign.usecases.ports import EnvelopeQuery
from tests.support.postgres import running_cluster

SIZES = (1_000, 100_000, 1_000_000)
PAGE = 20  # envelopes
ROUNDS, SECONDS = 200, 4  # of a list, whichever comes first; five rounds at least
DEEP = {"offset": 499 * PAGE}
LISTS: dict[str, dict[str, Any]] = {
    "page 1": {},
    "page 500": DEEP,
    "last page": {"offset": -PAGE},
    "one status": {"statuses": ("completed",)},
    "one status, page 500": {"statuses": ("open",), "begun": False} | DEEP,
    "three statuses": {"statuses": ("open", "sealing", "failed"), "begun": True},
    "by name": {"sort": "name", "descending": False},
    "by last change": {"sort": "updated_at"},
    "search, 20 match": {"name": "needle"},
    "search, all match": {"name": "öberg"},
}


def measure(database: Database, kind: str) -> Iterator[Row]:
    among_thousand: dict[str, float] = {}
    for size in SIZES:
        print(f"{size:,} envelopes, {kind} …", file=sys.stderr)
        shelf = filled(database, size)
        for step, asked in LISTS.items():
            found = _timed(shelf, _query(shelf, size, asked))
            p50 = found["p50_ms"]
            base = among_thousand.setdefault(
                step, among_thousand["page 1"] if "500" in step else p50
            )
            row = {"case": f"{size:,}, {kind}", "who": "countersign", "step": step}
            yield row | found | {"ratio": round(p50 / base, 2)}


def _query(shelf: Shelf, size: int, asked: dict[str, Any]) -> EnvelopeQuery:
    query = replace(
        EnvelopeQuery(account_id=shelf.account_id, project_id=shelf.project_id, limit=PAGE), **asked
    )
    return replace(query, offset=query.offset % size) if query.offset < 0 else query


def _timed(shelf: Shelf, query: EnvelopeQuery) -> Row:
    took: list[float] = []
    cpu: list[float] = []
    total, ends_at = 0, time.perf_counter() + SECONDS
    while len(took) < 5 or (len(took) < ROUNDS and time.perf_counter() < ends_at):
        began, worked = time.perf_counter(), time.thread_time()
        with shelf.unit() as uow:
            _, total = uow.envelopes.heads(query)
        took.append((time.perf_counter() - began) * 1000)
        cpu.append((time.thread_time() - worked) * 1000)
    p99 = statistics.quantiles(took, n=100, method="inclusive")[98]
    return {
        "total": total,
        "cpu_ms": round(statistics.median(cpu), 3),
        "p50_ms": round(statistics.median(took), 3),
        "p99_ms": round(p99, 3),
    }


@contextmanager
def _empty(kind: str) -> Iterator[Database]:
    if kind == "SQLite":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "countersign.db"
            with closing(Database(f"sqlite:///{path}")) as database:
                yield database
        return
    with (
        running_cluster(SAFE) as cluster,
        closing(Database(cluster.url(cluster.create_database()))) as database,
    ):
        yield database


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    rows: list[Row] = []
    for kind in DATABASES:
        with _empty(kind) as database:
            rows += measure(database, kind)
    publish("listing", rows)


if __name__ == "__main__":
    main()
