"""Countersign as the test bench runs it: like its users do."""

import json
import urllib.request

from tests.support.server import RunningServer, StartServer


def status_of(server: RunningServer, path: str) -> int:
    with urllib.request.urlopen(server.url + path, timeout=10) as answer:
        return int(answer.status)


def test_a_running_server_answers_and_takes_commands_beside_it(
    running_server: RunningServer,
) -> None:
    assert status_of(running_server, "/healthz") == 200
    done = running_server.run("account", "create", "--name", "A", "--email", "a@x.test", "--json")
    assert json.loads(done.stdout)["account"]["name"] == "A"


def test_a_server_that_was_killed_comes_back_at_the_same_address(start_server: StartServer) -> None:
    first = start_server("--sandbox")
    first.kill()
    second = start_server("--sandbox", port=first.port)
    assert second.url == first.url
    assert status_of(second, "/readyz") == 200
