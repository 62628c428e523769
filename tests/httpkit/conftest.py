from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support.folders import everything_in

from . import sample
from .live import LiveServer


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    return tmp_path / "staging"


@pytest.fixture
def seen() -> sample.Seen:
    return sample.Seen()


@pytest.fixture
def client(staging: Path, seen: sample.Seen) -> Iterator[TestClient]:
    with TestClient(sample.app(staging, seen), headers=sample.KEY) as client:
        yield client


@pytest.fixture
def live(staging: Path, seen: sample.Seen) -> Iterator[LiveServer]:
    with LiveServer(sample.app(staging, seen)) as server:
        yield server


def left_in(staging: Path) -> list[Path]:
    """Files of requests; the processes' own folders and locks do not count."""
    return [path for path in everything_in(staging) if path.name.startswith("request-")]
