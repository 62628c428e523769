"""One server for the folder, a customer of it, and the promise that a refusal leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bad_input.log import assert_clean
from tests.bad_input.sender import Sender, new_sender
from tests.support.server import RunningServer, serve


@pytest.fixture(scope="session")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One for all modules: whatever one of them sends must not hurt the others."""
    with serve(tmp_path_factory.mktemp("server"), "--sandbox") as server:
        yield server


@pytest.fixture(scope="session")
def customer(running_server: RunningServer) -> Iterator[Sender]:
    with new_sender(running_server) as made:
        yield made


@pytest.fixture(scope="module")
def sender(customer: Sender) -> Iterator[Sender]:
    """Whoever sends the input of a module; afterwards the server's log is read."""
    yield customer
    assert_clean(customer.server)


@pytest.fixture
def nothing_stays(sender: Sender) -> Iterator[None]:
    """What the test sends leaves no row and no file, and the next request works."""
    before = sender.traces()
    yield
    assert sender.traces() == before
    sender.create()
