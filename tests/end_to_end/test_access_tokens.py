"""Access tokens as an OAuth client meets them: two servers of one installation, over the wire."""

from __future__ import annotations

import json

import httpx2
import jwt
import pytest

from tests.support.server import RunningServer, StartServer

WELL_KNOWN = "/auth/open/.well-known/openid-configuration"
GRANT = {"grant_type": "client_credentials", "scope": "signicat-api"}


def new_client(server: RunningServer) -> dict[str, str]:
    made = server.run("account", "create", "--name", "Acme", "--email", "o@acme.example", "--json")
    client: dict[str, str] = json.loads(made.stdout)["signicat"]
    return client


@pytest.mark.slow
def test_a_token_of_one_server_is_checked_by_the_keys_of_another(
    start_server: StartServer,
) -> None:
    first, second = start_server("--sandbox"), start_server("--sandbox")
    client = new_client(first)
    answer = httpx2.post(
        f"{first.url}/auth/open/connect/token",
        data=GRANT,
        auth=(client["client_id"], client["client_secret"]),
    )
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    told = httpx2.get(first.url + WELL_KNOWN).json()
    assert told["jwks_uri"] == f"{first.url}{WELL_KNOWN}/jwks"
    keys = httpx2.get(f"{second.url}{WELL_KNOWN}/jwks").json()
    assert keys == httpx2.get(told["jwks_uri"]).json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["ES256"], issuer=told["issuer"], audience=first.url)
    assert claims["client_id"] == client["client_id"]
    assert client["client_secret"] not in "".join(first.output + second.output)
    assert token not in "".join(first.output + second.output)


def test_what_the_clients_of_an_account_may_do_is_set_by_command(
    running_server: RunningServer,
) -> None:
    new_client(running_server)
    account = running_server.run("account", "list").stdout.split()[0]
    for permissions in ("sign:ordermanager:order:create,sign:x", "all"):
        ran = running_server.run(
            "account", "set", "--account", account, "--permissions", permissions
        )
        assert ran.stdout == "Changed Acme\n"
