"""What make_old.py made, unpacked and opened by today's code."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Boolean, Connection, DateTime, MetaData, Table, func, select, text
from starlette.testclient import TestClient

from countersign import app
from countersign.adapters.clock import SandboxClock
from countersign.adapters.database import migrations
from countersign.adapters.database.engine import Database
from countersign.adapters.database.sandbox_clock import ClockOffset
from countersign.adapters.database.types import EPOCH
from countersign.settings import Settings
from tests.database.make_old import ARCHIVE
from tests.pages.dashboard.office import Office

LATER = timedelta(hours=1)  # than it was left


@dataclass(frozen=True)
class Old:
    data: Path
    database_url: str
    told: dict[str, Any]

    @property
    def settings(self) -> Settings:
        return Settings(
            data=self.data,
            database_url=self.database_url,
            public_url=self.told["url"],
            sandbox=True,
            workers=False,
        )

    @contextmanager
    def opened(self) -> Iterator[Office]:
        """Whenever this is run, it is an hour later there."""
        with app.opened(self.settings) as installation:
            then = datetime.fromisoformat(self.told["at"]) + LATER
            ClockOffset(installation.database).add(then - datetime.now(UTC))
            cast(SandboxClock, installation.ports.clock).exactly()
            with TestClient(
                app.web(installation), base_url=self.told["url"], follow_redirects=False
            ) as browser:
                yield Office(installation, browser)


def versions() -> list[str]:
    with tarfile.open(ARCHIVE) as tar:
        return sorted({name.partition("/")[0] for name in tar.getnames()})


def unpacked(version: str, folder: Path, database_url: str) -> Old:
    with tarfile.open(ARCHIVE) as tar:
        members = [one for one in tar if one.name.startswith(version)]
        tar.extractall(folder, members, filter="data")
    data = folder / version
    told = json.loads((data / "told.json").read_text())
    if database_url.startswith("sqlite"):
        return Old(data, "", told)
    with (
        closing(Database(f"sqlite:///{data / 'countersign.db'}")) as made,
        closing(Database(database_url)) as copy,
        made.engine.connect() as source,
        copy.engine.connect() as target,
    ):
        _copy(source, target)
    return Old(data, database_url, told)


def _copy(source: Connection, target: Connection) -> None:
    """To tables as the same version's migrations make them."""
    target.exec_driver_sql("BEGIN")
    version = source.scalar(text("SELECT version_num FROM alembic_version"))
    migrations.upgrade(target, str(version))
    there = MetaData()
    there.reflect(target)
    for table in there.sorted_tables:
        if table.name != "alembic_version":
            _copy_table(table, source, target)
    target.commit()


def _copy_table(table: Table, source: Connection, target: Connection) -> None:
    rows = source.exec_driver_sql(f'SELECT * FROM "{table.name}"').mappings().all()
    if not rows:
        return
    target.execute(table.delete())  # a migration may have begun it
    target.execute(table.insert(), [_converted(table, dict(row)) for row in rows])
    for column in table.columns:
        if column.identity or "nextval" in str(getattr(column.server_default, "arg", "")):
            counter = func.pg_get_serial_sequence(table.name, column.name)
            target.execute(select(func.setval(counter, max(row[column.name] for row in rows))))


def _converted(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """SQLite has no type for times and truth."""
    return {name: _value(table.c[name].type, value) for name, value in row.items()}


def _value(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        return EPOCH + timedelta(microseconds=value)
    return bool(value) if isinstance(kind, Boolean) else value
