"""Counting hits: beside SQLite, in PostgreSQL, by several processes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from countersign.adapters.database import rate_limits
from countersign.adapters.database.engine import Database
from countersign.adapters.database.rate_limits import Hits, SqliteCounter, hits_beside
from countersign.httpkit import Allowed, Refusal
from tests.contracts.threads import at_once

pytestmark = pytest.mark.slow

SHORT = 0.4  # seconds


@pytest.fixture
def beside(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def hits(beside: Database) -> Iterator[Hits]:
    hits = hits_beside(beside)
    yield hits
    hits.close()


def names(database: Database) -> list[str]:
    """Whose windows are stored."""
    if database.is_sqlite:
        path = Path(database.url.database or "").with_name("rate-limits.db")
        database = Database(f"sqlite:///{path}")
    with database.engine.connect() as connection:
        found = connection.execute(text("SELECT name FROM rate_limits ORDER BY name")).scalars()
        stored = list(found)
    database.close()
    return stored


def let_through(outcomes: list[Allowed | Refusal]) -> int:
    return sum(isinstance(outcome, Allowed) for outcome in outcomes)


def retry_after(outcome: Allowed | Refusal) -> int:
    assert isinstance(outcome, Refusal)
    assert outcome.status == 429
    return int((outcome.headers or {})["Retry-After"])


def test_the_hundredth_is_let_through_and_the_next_is_not(hits: Hits) -> None:
    outcomes = [hits("key", 100, 60) for _ in range(120)]
    assert let_through(outcomes) == let_through(outcomes[:100]) == 100
    first = outcomes[0]
    assert isinstance(first, Allowed)
    assert first.remaining == 99
    assert 59 < first.reset <= 60


def test_whoever_waits_as_long_as_told_is_let_through(hits: Hits) -> None:
    assert let_through([hits("key", 1, 1.2) for _ in range(3)]) == 1
    time.sleep(0.3)
    told = retry_after(hits("key", 1, 1.2))
    assert told == 1, "0.9 s are left, and seconds are whole"
    time.sleep(told)
    assert isinstance(hits("key", 1, 1.2), Allowed)


def test_hits_that_were_refused_do_not_make_the_window_longer(hits: Hits) -> None:
    started = time.monotonic()
    while isinstance(hits("key", 1, SHORT), Allowed):
        pass
    while isinstance(hits("key", 1, SHORT), Refusal):
        assert time.monotonic() - started < SHORT + 1
    assert time.monotonic() - started >= SHORT


def test_a_window_that_has_begun_again_counts_from_one(hits: Hits) -> None:
    for _ in range(3):
        assert let_through([hits("key", 5, SHORT) for _ in range(9)]) == 5
        time.sleep(SHORT + 0.05)


def test_keys_do_not_count_for_each_other(hits: Hits) -> None:
    assert let_through([hits(f"key-{n % 3}", 2, 60) for n in range(12)]) == 6


def test_threads_of_one_process_let_through_exactly_the_limit(hits: Hits) -> None:
    per_thread = at_once(8, lambda _n: let_through([hits("key", 100, 60) for _ in range(50)]))
    assert sum(per_thread) == 100


def test_windows_that_are_over_are_removed(
    hits: Hits, beside: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits("gone", 5, 0.05)
    hits("still there", 5, 60)
    time.sleep(0.1)
    monkeypatch.setattr(rate_limits, "SWEEP_EVERY", 0)
    hits("new", 5, 60)
    assert names(beside) == ["new", "still there"]


HITTING = """
import sys
from countersign.adapters.database.engine import Database
from countersign.adapters.database.rate_limits import hits_beside
from countersign.httpkit import Allowed
hits = hits_beside(Database(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
outcomes = [hits("key", 100, 60) for _ in range(500)]
hits.close()
print(sum(isinstance(outcome, Allowed) for outcome in outcomes))
"""


@pytest.mark.slow
def test_four_processes_let_through_exactly_the_limit(database_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", HITTING, database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    said = [process.communicate("go\n", timeout=60) for process in processes]
    assert [error for _out, error in said] == [""] * 4
    assert sum(int(out) for out, _error in said) == 100


# ------------------------------------------------------------------ what goes wrong


def test_what_cannot_be_counted_is_let_through_and_told_once(tmp_path: Path) -> None:
    hits = Hits(SqliteCounter(tmp_path / "missing folder" / "rate-limits.db"))
    with capture_logs() as logs:
        outcomes = [hits("key", 1, 60) for _ in range(5)]
    assert let_through(outcomes) == 5
    assert [line["event"] for line in logs] == ["rate_limits_not_counted"]


def test_counting_begins_as_soon_as_it_can(tmp_path: Path) -> None:
    folder = tmp_path / "missing folder"
    hits = Hits(SqliteCounter(folder / "rate-limits.db"))
    assert isinstance(hits("key", 0, 60), Allowed)
    folder.mkdir()
    assert isinstance(hits("key", 0, 60), Refusal)
    hits.close()


def test_a_database_that_does_not_answer_locks_nobody_out() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    hits = hits_beside(database)
    with capture_logs() as logs:
        assert let_through([hits("key", 0, 60) for _ in range(3)]) == 3
    told = [line["event"] for line in logs]
    assert told == ["database_not_available", "rate_limits_not_counted"], "each once"
    database.close()


@pytest.mark.parametrize("damage", [b"not a database, but long enough to be one" * 200, b"x"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "rate-limits.db"
    path.write_bytes(damage)
    hits = Hits(SqliteCounter(path))
    assert let_through([hits("key", 2, 60) for _ in range(5)]) == 2
    hits.close()


def test_a_clock_that_is_set_back_locks_nobody_out_for_longer_than_a_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits = Hits(SqliteCounter(tmp_path / "rate-limits.db"))
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 86_400)
    assert let_through([hits("key", 1, 60) for _ in range(3)]) == 1
    monkeypatch.setattr("time.time", lambda: now)
    assert let_through([hits("key", 1, 60) for _ in range(3)]) == 1
    hits.close()


def test_the_main_databases_writer_holds_up_no_hit(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'countersign.db'}")
    hits = hits_beside(database)
    with database.engine.connect() as writing:
        writing.exec_driver_sql("BEGIN IMMEDIATE")
        assert isinstance(hits("key", 1, 60), Allowed)
        assert isinstance(hits("key", 1, 60), Refusal)
        writing.rollback()
    hits.close()
    database.close()
