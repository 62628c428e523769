"""A project with as many envelopes as wanted, written straight into its tables."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from sqlalchemy import text

from countersign.adapters.database.engine import Database
from countersign.adapters.database.jobs import JobQueue
from countersign.adapters.database.migrations import migrate
from countersign.adapters.database.tables import envelopes
from countersign.adapters.database.unit_of_work import DatabaseUnitOfWork
from countersign.adapters.secrets import SecretBox
from countersign.domain.account import Account
from countersign.domain.branding import Branding
from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.project import standard_projects
from countersign.domain.task import Visitor
from countersign.usecases.ports import UnitOfWork

AT_ONCE = 50_000  # rows of one INSERT
SINCE = datetime(2020, 1, 1, tzinfo=UTC)

NEEDLES = 20  # envelopes with a word that no other has
# Of a hundred envelopes sixty are completed, thirty wait (ten of them begun), ten ended otherwise
STATUS = (
    "CASE WHEN n % 100 < 60 THEN 'completed' WHEN n % 100 < 90 THEN 'open'"
    " WHEN n % 100 < 94 THEN 'cancelled' WHEN n % 100 < 98 THEN 'expired' ELSE 'declined' END"
)
BEGUN = "n % 100 < 60 OR n % 100 BETWEEN 80 AND 89"
NAME = f"CASE WHEN n < {NEEDLES} THEN 'Needle' ELSE 'Lease' END || ' ' || n || ' for Åsa Öberg'"
FOLDED = NAME.replace("Needle", "needle").replace("Lease", "lease").replace("Åsa Ö", "åsa ö")
COUNT = (
    "INSERT INTO envelope_counts SELECT account_id, project_id, origin, environment, status, begun,"
    " 0, count(*) FROM envelopes WHERE project_id = :project GROUP BY 1, 2, 3, 4, 5, 6"
)

NAMES = (
    "INSERT INTO envelope_names (envelope_id, project_id, folded_name)"
    " SELECT id, project_id, folded_name FROM envelopes WHERE project_id = :project"
)

NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS"
    " (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)",
    "postgresql": "WITH numbers AS"
    " (SELECT generate_series(CAST(:first AS int), CAST(:last AS int)) AS n)",
}
ID = {
    "sqlite": "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4000-8000-'"
    " || hex(randomblob(6)))",
    "postgresql": "CAST(gen_random_uuid() AS text)",
}
MINUTES = {"sqlite": "n * 60000000", "postgresql": "n * interval '1 minute'"}


@dataclass(frozen=True)
class Shelf:
    """A project that was filled; `unit` opens units of work on its database."""

    unit: Callable[[], UnitOfWork]
    size: int
    account_id: str
    project_id: str


def filled(database: Database, size: int) -> Shelf:
    """A new account whose first project holds `size` envelopes, a minute apart."""
    migrate(database)
    queue = JobQueue(database, lambda: datetime.now(UTC))
    unit = partial(DatabaseUnitOfWork, database, queue, SecretBox(bytes(32)), lambda *_: ())
    account = Account(id=str(uuid4()), name="Bench", email="b@example.test", created_at=SINCE)
    project = standard_projects(account.id, SINCE)[0]
    model = _model(account.id)
    with unit() as uow:
        uow.accounts.add(account)
        uow.projects.add(project)
        uow.envelopes.add(model, [])
        uow.commit()
    _multiply(database, model, project.id, size)
    while _index_names(unit):
        pass
    return Shelf(unit, size, account.id, project.id)


def _index_names(unit: Callable[[], UnitOfWork]) -> bool:
    """As the job of that name does when so many were created one by one."""
    with unit() as uow:
        more = uow.envelopes.index_names()
        uow.commit()
    return more


def _model(account_id: str) -> Envelope:
    branding = Branding(company_name="Bench AB", primary_color="#112233")
    return Envelope(
        id=str(uuid4()),
        account_id=account_id,
        credential_id=str(uuid4()),
        origin="signeum",
        name="Model",
        created_at=SINCE,
        updated_at=SINCE,
        sender_name="Bench AB",
        documents=(),
        tasks=(),
        settings=replace(EnvelopeSettings(), branding=branding),
        sender=Visitor(ip="192.0.2.7", user_agent="Mozilla/5.0 (X11; Linux x86_64)"),
    )


def _multiply(database: Database, model: Envelope, project_id: str, size: int) -> None:
    copy = text(_copy(database.engine.dialect.name))
    with database.engine.connect() as connection:
        for first in range(0, size, AT_ONCE):
            last = min(size, first + AT_ONCE) - 1
            values = {"first": first, "last": last, "model": model.id, "project": project_id}
            connection.execute(copy, values)
        connection.execute(text(COUNT), {"project": project_id})
        connection.execute(text(NAMES), {"project": project_id})
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")


def _copy(dialect: str) -> str:
    """The model's row with other values in the columns that lists look at."""
    other = {
        "id": ID[dialect],
        "project_id": "CAST(:project AS text)",
        "name": NAME,
        "folded_name": FOLDED,
        "created_at": f"created_at + {MINUTES[dialect]}",
        "updated_at": f"updated_at + {MINUTES[dialect]}",
        "status": STATUS,
        "begun": BEGUN,
    }
    columns = envelopes.columns.keys()
    values = ", ".join(other.get(column, column) for column in columns)
    return (
        f"INSERT INTO envelopes ({', '.join(columns)}) {NUMBERS[dialect]}"
        f" SELECT {values} FROM envelopes, numbers WHERE id = :model"
    )
