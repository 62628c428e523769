from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server import RunningServer

from .customer import Customer, new_customer
from .house import House, opened_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened_house(tmp_path / "staging") as house:
        yield house


@pytest.fixture
def customer(running_server: RunningServer) -> Iterator[Customer]:
    made = new_customer(running_server)
    yield made
    made.api.close()
