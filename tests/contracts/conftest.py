"""Stores to hold to their contracts: in memory, SQLite, PostgreSQL."""

from collections.abc import Callable, Iterator

import pytest

from countersign.adapters.database.engine import Database
from countersign.adapters.database.jobs import JobQueue
from countersign.adapters.database.migrations import migrate
from countersign.adapters.database.tables import metadata
from countersign.adapters.database.unit_of_work import DatabaseUnitOfWork
from countersign.adapters.secrets import SecretBox
from countersign.usecases.ports import FollowUps, UnitOfWork
from tests.contracts.moving_clock import MovingClock
from tests.support.postgres import Cluster
from tests.usecases.fakes import FakeUnitOfWork, Memory, no_jobs

OpenUnit = Callable[..., UnitOfWork]

# A cluster takes seconds to start
ON_POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.slow)


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("contracts") / "countersign.db"
    # No test here cuts the power
    database = Database(f"sqlite:///{path}", synchronous="NORMAL")
    migrate(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres_database(postgres_cluster: Cluster) -> Iterator[Database]:
    name = postgres_cluster.create_database()
    database = Database(postgres_cluster.url(name))
    migrate(database)
    yield database
    database.close()
    postgres_cluster.drop_database(name)


@pytest.fixture(params=["sqlite", ON_POSTGRESQL])
def database(request: pytest.FixtureRequest) -> Database:
    """The test runs on both databases, migrated and empty."""
    kind = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    database: Database = request.getfixturevalue(kind)
    empty(database)
    return database


def empty(database: Database) -> None:
    with database.engine.connect() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def queue(database: Database, clock: MovingClock) -> JobQueue:
    return JobQueue(database, clock)


def opener(database: Database, queue: JobQueue) -> OpenUnit:
    box = SecretBox(bytes(range(32)))

    def open_unit(follow_ups: FollowUps = no_jobs) -> UnitOfWork:
        return DatabaseUnitOfWork(database, queue, box, follow_ups)

    return open_unit


@pytest.fixture
def stored_unit(database: Database, queue: JobQueue) -> OpenUnit:
    """Opens units of work on one database."""
    return opener(database, queue)


@pytest.fixture(params=["memory", "sqlite", ON_POSTGRESQL])
def unit(request: pytest.FixtureRequest, clock: MovingClock) -> OpenUnit:
    """Opens units of work: on the fake, on SQLite, on PostgreSQL."""
    if request.param == "memory":
        memory = Memory()
        return lambda follow_ups=no_jobs: FakeUnitOfWork(memory, follow_ups)
    database = request.getfixturevalue(
        f"{request.param.replace('postgresql', 'postgres')}_database"
    )
    empty(database)
    return opener(database, JobQueue(database, clock))
