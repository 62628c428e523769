"""How many calls one server process answers, how fast, and what it needs to stand ready.

Two cores are shared by the server, its database and the load generator. A cell is the median round
of three; `best_per_s` is the best one, `cpu_ms` the server's processor time for one call.

limit: the rows of one create written by the bare database driver, each create in a transaction as
durable as the server's; and an application that answers a call of the same size with ready bytes.
"""

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import count, cycle, repeat
from pathlib import Path

from bench import bare_app, bare_database, load, sessions, signeum, uploads
from bench.report import Row, publish
from bench.servers import DATABASES, Bench, create_request, read_request, started

CONCURRENCY = (1, 8)
ROUNDS = 3
SECONDS = 2.0
SUBMISSIONS = 200  # that are read in turn
ANSWER_BYTES = 1200  # as the answers to create and read
MARK = b"%0123456789"
CPU = Callable[[], float]


def measure(database: str, folder: Path) -> Iterator[Row]:
    with started(folder, database) as bench:
        yield from _standing(bench, database)
        two, fifteen = uploads.of_pages(2), uploads.of_pages(15)
        calls: dict[str, Callable[[], Iterator[bytes | load.Flow]]] = {
            "create, 2 pages": lambda: cycle([create_request(bench.token, two)]),
            "create, 15 pages": lambda: cycle([create_request(bench.token, fifteen)]),
            "create, 2 pages, each another PDF": lambda: _all_different(bench.token, two),
            "create through Signeum, 2 pages": lambda: signeum.creates(bench, two),
            "read": lambda: cycle(_reads(bench, two)),
        }
        for case, requests in calls.items():
            yield from _cells(f"{case}, {database}", bench.server.port, requests(), bench.cpu_s)
        yield from _database_limit(bench, database, two, folder)
    yield from _flows(database, folder / "sandbox", two)
    yield from _http_limit(database, two)


def _flows(database: str, folder: Path, pdf: bytes) -> Iterator[Row]:
    """In a sandbox, which has eIDs without contracts."""
    with started(folder, database, "--sandbox") as bench:
        token = sessions.new_client(bench.server).token(bench.server)
        cases = {
            "upload + collection + session": lambda: repeat(pdf),
            "upload + collection + session, each another PDF": lambda: _marked(pdf),
        }
        for case, uploaded in cases.items():
            flows = (sessions.flow(token, each) for each in uploaded())
            yield from _cells(f"{case}, {database}", bench.server.port, flows, bench.cpu_s)


def _standing(bench: Bench, database: str) -> Iterator[Row]:
    for start, found in (("first", bench.first), ("later", bench.later)):
        yield {
            "case": f"idle, {database}",
            "who": "countersign",
            "step": f"{start} start",
            "ready_s": round(found.ready_s, 2),
            "ready_cpu_s": round(found.ready_cpu_s, 2),
            "rss_mb": round(found.rss_mb, 1),
        }


def _cells(
    case: str,
    port: int,
    requests: Iterator[bytes | load.Flow],
    cpu_s: CPU,
    who: str = "countersign",
) -> Iterator[Row]:
    for concurrency in CONCURRENCY:
        print(f"{case}, {concurrency} at once …", file=sys.stderr)
        rounds = [_round(port, requests, concurrency, cpu_s) for _ in range(ROUNDS)]
        rounds.sort(key=lambda one: one[0].per_s)
        (median, cpu_ms), best = rounds[ROUNDS // 2], rounds[-1][0]
        yield {
            "case": case,
            "who": who,
            "step": f"{concurrency} at once",
            "per_s": round(median.per_s, 1),
            "p50_ms": round(median.p50_ms, 2),
            "p99_ms": round(median.p99_ms, 2),
            "best_per_s": round(best.per_s, 1),
            "cpu_ms": round(cpu_ms, 3),
        }


def _round(
    port: int, requests: Iterator[bytes | load.Flow], concurrency: int, cpu_s: CPU
) -> tuple[load.Load, float]:
    before = cpu_s()
    found = load.run(port, requests, concurrency=concurrency, seconds=SECONDS)
    return found, (cpu_s() - before) / found.sent * 1000


def _all_different(token: str, pdf: bytes) -> Iterator[bytes]:
    """The same file with another comment each time, of the same length."""
    request = create_request(token, pdf.rstrip() + b"\n" + MARK + b"\n")
    return (request.replace(MARK, b"%%%010d" % number) for number in count())


def _marked(pdf: bytes) -> Iterator[bytes]:
    return (pdf.rstrip() + b"\n%%%010d\n" % number for number in count())


def _reads(bench: Bench, pdf: bytes) -> list[bytes]:
    with closing(bench.client()) as client:
        uuids = [client.create(pdf)["uuid"] for _ in range(SUBMISSIONS)]
    return [read_request(bench.token, uuid) for uuid in uuids]


# ------------------------------------------------------------------ limits


def _database_limit(bench: Bench, database: str, pdf: bytes, folder: Path) -> Iterator[Row]:
    with closing(bench.client()) as client:
        uuid = client.create(pdf)["uuid"]
    with bare_database.opened(bench.server, uuid, folder) as write:
        rates = [bare_database.per_s(write, SECONDS) for _ in range(ROUNDS)]
    yield {
        "case": f"create, {database}",
        "who": "limit",
        "step": "its rows by the bare driver",
        "per_s": round(statistics.median(rates), 1),
        "best_per_s": round(max(rates), 1),
    }


def _http_limit(database: str, pdf: bytes) -> Iterable[Row]:
    if database != DATABASES[0]:  # it has no database, so once is enough
        return
    with bare_app.started(ANSWER_BYTES) as (port, cpu_s):
        create = cycle([create_request("none", pdf)])
        yield from _cells("create", port, create, cpu_s, "limit: bare Starlette")
        read = cycle([read_request("none", "none")])
        yield from _cells("read", port, read, cpu_s, "limit: bare Starlette")


def main() -> None:
    rows: list[Row] = []
    for database in DATABASES:
        with tempfile.TemporaryDirectory() as folder:
            rows += measure(database, Path(folder))
    publish("api", rows)


if __name__ == "__main__":
    main()
