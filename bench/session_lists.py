"""How long a list of 100 signing sessions takes when their account has a thousand and a million of
them: the page and the number of all that match.

Asked for over HTTP, as a client of the Signicat API does. `ratio` is to the same list among a
thousand, and for the last page to their first.
"""

import http.client
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from bench import sessions
from bench.listing import get, ratio, timed
from bench.report import Row, publish
from bench.servers import DATABASES, settings_for
from countersign.adapters.database.engine import Database
from tests.support.server import RunningServer, serve

SIZES = (1_000, 1_000_000)


def measure(kind: str) -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        settings_for(kind) as settings,
        serve(Path(folder), "--sandbox", settings=settings) as server,
    ):
        url = settings.get("DATABASE_URL", f"sqlite:///{Path(folder) / 'countersign.db'}")
        among_thousand: dict[str, float] = {}
        for size in SIZES:
            with closing(Database(url)) as database:
                print(f"filling with {size:,} sessions …", file=sys.stderr)
                drawer = sessions.filled(server, database, size)
            for step, found in _listed(drawer, server):
                row = {"case": f"{size:,}, {kind}", "who": "countersign", "step": step}
                yield row | found | {"ratio": ratio(step, found["p50_ms"], among_thousand)}


def _listed(drawer: sessions.Drawer, server: RunningServer) -> Iterator[tuple[str, Row]]:
    headers = {"Authorization": f"Bearer {drawer.token(server)}"}
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        for step, path in sessions.lists(drawer.size):
            yield step, timed(partial(get, connection, path, headers))


def main() -> None:
    rows: list[Row] = []
    for kind in sys.argv[1:] or DATABASES:
        rows += measure(kind)
    publish("session_lists", rows)


if __name__ == "__main__":
    main()
