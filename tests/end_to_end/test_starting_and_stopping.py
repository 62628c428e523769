"""Servers that start together and stop in the middle of work."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from tests.support.customer import new_customer
from tests.support.network import free_port
from tests.support.processes import accepts_connections, stopped_at_exit, wait_until
from tests.support.server import RunningServer, StartServer
from tests.support.working import working

GRACE = 5.0  # seconds


def test_a_server_that_is_told_to_stop_answers_what_is_under_way(
    start_server: StartServer,
) -> None:
    server = start_server("--sandbox")
    sent = new_customer(server).send("Lea Roux")
    path = sent.links[0].removeprefix(server.url)
    body = json.dumps({"method": "typed", "consent": True, "signature": {"text": "L R"}})
    head = f"POST {path}/complete HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        assert httpx2.get(f"{server.url}/healthz").status_code == 200  # it has read so far
        began = time.monotonic()
        server.process.terminate()
        wait_until(lambda: not accepts_connections(server.port), "closing the door")
        connection.sendall(body.encode())
        assert connection.makefile("rb").readline() == b"HTTP/1.1 200 OK\r\n"
    assert server.process.wait(30) == 0
    assert time.monotonic() - began < GRACE


@pytest.mark.slow
def test_a_full_disk_below_the_log_ends_no_server(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "countersign", "serve", "--data", str(tmp_path / "data")]
    with open("/dev/full", "w") as full:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--sandbox"], stdout=full, stderr=full, text=True
        )
    with stopped_at_exit(process):
        wait_until(lambda: answers(port) or process.poll() is not None, "starting Countersign")
        assert httpx2.get(f"http://127.0.0.1:{port}/sandbox/mail.json").status_code == 200


def answers(port: int) -> bool:
    with suppress(httpx2.TransportError):
        return httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    return False


def test_a_worker_that_is_told_to_stop_ends_at_once(start_server: StartServer) -> None:
    with working(start_server("--sandbox")) as worker:
        began = time.monotonic()
        worker.terminate()
        assert worker.wait(GRACE) == 0
        assert time.monotonic() - began < GRACE


def test_two_servers_that_start_on_the_same_fresh_data_both_come_up(
    start_server: StartServer, database_url: str
) -> None:
    settings = {"DATABASE_URL": database_url}
    with ThreadPoolExecutor(2) as pool:
        started = list(pool.map(lambda _: start_server("--sandbox", settings=settings), range(2)))
    assert_same_installation(*started)


def assert_same_installation(one: RunningServer, other: RunningServer) -> None:
    """What one server made, the other one knows: accounts, envelopes, links, authorities."""
    sent = new_customer(one).send("Lea Roux")
    token = sent.links[0].rpartition("/")[2]
    assert httpx2.get(f"{other.url}/s/{token}/state").status_code == 200
    for name in ("root.cer", "issuing.cer"):
        found = {httpx2.get(f"{server.url}/pki/{name}").content for server in (one, other)}
        assert len(found) == 1


def test_a_port_in_use_is_said(start_server: StartServer) -> None:
    first = start_server("--sandbox")
    with pytest.raises(RuntimeError, match=f"cannot listen on 127.0.0.1 port {first.port}"):
        start_server("--sandbox", port=first.port)


def test_links_that_commands_print_lead_to_the_server_wherever_it_listens(
    start_server: StartServer,
) -> None:
    server = start_server("--sandbox", "--host", "0.0.0.0")
    assert server.url == f"http://127.0.0.1:{server.port}"
    made = server.run("account", "create", "--name", "A", "--email", "a@acme.example", "--json")
    link = json.loads(made.stdout)["dashboard"]["login_url"]
    assert link.startswith(f"{server.url}/dashboard/")
    assert httpx2.get(link, follow_redirects=True).status_code == 200
