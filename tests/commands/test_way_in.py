"""The link that a new server prints."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from countersign.commands.serve import show_the_way_in
from countersign.domain.errors import Unavailable


def away() -> NoReturn:
    raise Unavailable("database")


def test_a_database_that_goes_away_at_the_start_ends_no_server(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It answers already when it looks for whom to print a link."""
    desk = SimpleNamespace(ports=SimpleNamespace(unit_of_work=away))
    installation: Any = SimpleNamespace(desk=desk)
    show_the_way_in(installation)
    assert capsys.readouterr().out == ""
