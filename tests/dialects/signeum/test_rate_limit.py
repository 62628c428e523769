"""One limit for a key, whichever server it is used at."""

from __future__ import annotations

import json
from collections import Counter

import httpx2
import pytest

from tests.support.server import StartServer


@pytest.mark.slow
def test_two_servers_let_through_a_hundred_requests_a_minute_together(
    start_server: StartServer,
) -> None:
    servers = [start_server("--sandbox"), start_server("--sandbox")]
    made = servers[0].run(
        "account", "create", "--name", "Acme", "--email", "a@acme.example", "--json"
    )
    signeum = json.loads(made.stdout)["signeum"]
    headers = {"Authorization": f"Bearer {signeum['api_key']}"}
    path = f"/api/v1/organizations/{signeum['organization_id']}/projects"
    answers = [httpx2.get(servers[number % 2].url + path, headers=headers) for number in range(110)]
    assert Counter(answer.status_code for answer in answers) == {200: 100, 429: 10}
    assert [answer.status_code for answer in answers[100:]] == [429] * 10
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
