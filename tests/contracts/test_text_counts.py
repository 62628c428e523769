"""The port TextCounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from countersign.adapters.database.engine import Database
from countersign.domain.text_limits import Window
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW
from tests.contracts.threads import at_once

HOUR = timedelta(hours=1)
WINDOW = Window("ab" * 32, NOW, HOUR, 5)


def count(unit: OpenUnit, window: Window) -> bool:
    with unit() as uow:
        counted = uow.text_counts.count_text(window)
        uow.commit()
    return counted


def test_a_window_takes_so_many_and_no_more(unit: OpenUnit) -> None:
    assert [count(unit, WINDOW) for _ in range(7)] == [True] * 5 + [False] * 2


def test_others_and_other_hours_are_counted_by_themselves(unit: OpenUnit) -> None:
    full = replace(WINDOW, most=1)
    assert count(unit, full)
    assert not count(unit, full)
    assert count(unit, replace(full, whom="cd" * 32))
    assert count(unit, replace(full, begins=NOW + HOUR))


def test_what_is_undone_was_not_counted(unit: OpenUnit) -> None:
    with unit() as uow:
        assert uow.text_counts.count_text(replace(WINDOW, most=1))
    assert count(unit, replace(WINDOW, most=1))


def test_of_many_at_once_as_many_count_as_may(stored_unit: OpenUnit) -> None:
    assert sum(at_once(20, lambda _: count(stored_unit, WINDOW))) == 5


def test_what_is_long_over_is_forgotten(database: Database, stored_unit: OpenUnit) -> None:
    count(stored_unit, WINDOW)
    count(stored_unit, replace(WINDOW, begins=NOW + timedelta(days=3)))
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM text_counts")).scalar_one() == 1
