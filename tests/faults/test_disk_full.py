"""The disk is full while a file is written.

The server is forbidden to write beyond a size (RLIMIT_FSIZE), which it meets as a full disk: the
write ends with an error. Unlike a small volume this needs no rights, and can be given and taken
back while the server runs.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.support.customer import Customer, new_customer, sign, sign_all
from tests.support.folders import everything_in
from tests.support.server import RunningServer, StartServer
from tests.support.signed import assert_intact

from .inside import events

LEA = "Lea Roux"
FULL = 100  # bytes: no file of ours is that small


@pytest.fixture
def server(start_server: StartServer, database_url: str) -> RunningServer:
    """On SQLite the database's disk is full as well, on PostgreSQL only that of the files."""
    return start_server("--sandbox", settings={"DATABASE_URL": database_url})


@contextmanager
def full_disk(server: RunningServer) -> Iterator[None]:
    pid, kind = server.process.pid, resource.RLIMIT_FSIZE
    before = resource.prlimit(pid, kind)
    resource.prlimit(pid, kind, (FULL, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, kind, before)


def left_over(data: Path) -> list[Path]:
    """Files that were begun and belong to nobody."""
    places = (data / "files" / "incoming", data / "staging")
    found = [path for place in places for path in everything_in(place) if path.is_file()]
    return [path for path in found if path.name not in ("alive", "opening")]


def envelopes(customer: Customer) -> int:
    found = customer.call("GET", "submissions").json()
    return int(found["meta"]["pagination"]["total"])


def test_an_upload_that_cannot_be_kept_is_refused_and_leaves_nothing(
    server: RunningServer,
) -> None:
    customer = new_customer(server)
    with full_disk(server):
        refused = customer.post_envelope([LEA])
    assert refused.status_code == 503, refused.text
    assert refused.text == "Service unavailable, please try again"
    assert (envelopes(customer), left_over(server.data)) == (0, [])
    customer.send(LEA)
    assert envelopes(customer) == 1


def test_a_signature_that_cannot_be_kept_is_not_made(
    server: RunningServer, database_url: str, tmp_path: Path
) -> None:
    customer = new_customer(server)
    sent = customer.send(LEA)
    before = httpx2.get(f"{sent.links[0]}/state").json()
    with full_disk(server):
        refused = sign(sent.links[0], LEA)
    assert refused.status_code == 503, refused.text
    assert refused.json()["error"]["code"] == "unavailable"
    assert httpx2.get(f"{sent.links[0]}/state").json() == before
    assert "task_completed" not in events(server, sent.id, database_url)
    assert left_over(server.data) == []
    sign_all(sent)
    assert_intact(customer.completed_file(sent, tmp_path), [LEA])
