"""Several signers finish in the same instant, at one server and at two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier

import pytest

from tests.support.customer import Customer, Sent, new_customer, sign
from tests.support.postgres import Cluster
from tests.support.server import RunningServer, serve
from tests.support.signed import assert_intact, assert_verified

ROUNDS = 6
PAIR = ["Søren Ångström", "Lea Roux"]
EIGHT = [f"Signer {letter}" for letter in "ABCDEFGH"]

Servers = Sequence[RunningServer]


@pytest.fixture(scope="module", params=["one server on SQLite", "two servers on PostgreSQL"])
def servers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Servers]:
    data = tmp_path_factory.mktemp("at-once")
    with ExitStack() as stack:
        if request.param.startswith("one"):
            yield [stack.enter_context(serve(data, "--sandbox"))]
            return
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        name = cluster.create_database()
        settings = {"DATABASE_URL": cluster.url(name)}
        yield [stack.enter_context(serve(data, "--sandbox", settings=settings)) for _ in range(2)]


def sign_at_once(sent: Sent, servers: Servers) -> list[int]:
    """Everybody presses the button together; signers take turns among the servers."""
    start = Barrier(len(sent.links))

    def press(number: int) -> int:
        token = sent.links[number].rpartition("/")[2]
        server = servers[number % len(servers)]
        start.wait(30)
        return sign(f"{server.url}/s/{token}", sent.names[number]).status_code

    with ThreadPoolExecutor(len(sent.links)) as pool:
        return list(pool.map(press, range(len(sent.links))))


def assert_all_signed(customer: Customer, sent: Sent, servers: Servers, folder: Path) -> None:
    assert sign_at_once(sent, servers) == [200] * len(sent.links)
    assert_intact(customer.completed_file(sent, folder), sent.names)


@pytest.mark.slow
def test_two_signers_who_finish_in_the_same_instant_both_have_signed(
    servers: Servers, tmp_path: Path
) -> None:
    customer = new_customer(servers[0])
    for _ in range(ROUNDS):
        assert_all_signed(customer, customer.send(*PAIR), servers, tmp_path)


@pytest.mark.slow
def test_eight_signers_who_finish_in_the_same_instant_have_all_signed(
    servers: Servers, tmp_path: Path
) -> None:
    customer = new_customer(servers[0])
    sent = customer.send(*EIGHT)
    assert_all_signed(customer, sent, servers, tmp_path)
    assert_verified(tmp_path / f"{sent.id}.pdf", EIGHT, servers[0].data)


@pytest.mark.slow
def test_a_signer_who_presses_twice_at_once_has_signed_once(
    servers: Servers, tmp_path: Path
) -> None:
    customer = new_customer(servers[0])
    sent = customer.send(PAIR[0])
    twice = Sent(sent.id, sent.tasks * 2, sent.names * 2, sent.links * 2)
    assert sorted(sign_at_once(twice, servers)) == [200, 409]
    assert_intact(customer.completed_file(sent, tmp_path), sent.names)
