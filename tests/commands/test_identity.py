"""`countersign identity`: an account's own providers of eIDs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.running import Ran, assert_refused, countersign
from tests.commands.test_template import account
from tests.support.openid_server import openid_server

pytestmark = pytest.mark.slow

SECRET = "a secret, that nobody prints"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("identity") / "installation"


@pytest.fixture(scope="module")
def owner(data: Path) -> str:
    return account(data)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "client.secret"
    path.write_text(SECRET + "\n")
    return path


def added(data: Path, owner: str, secret: Path, *more: str, **changes: str) -> Ran:
    given = {"name": "nbid", "issuer": "https://login.example", "client-id": "c"}
    options = [part for name, value in (given | changes).items() for part in (f"--{name}", value)]
    return countersign(
        "identity", "add", "--account", owner, "--client-secret-file", secret, *options, *more,
        "--data", data, PUBLIC_URL="https://sign.example/",
    )  # fmt: skip


def listed(data: Path, owner: str) -> list[dict[str, Any]]:
    ran = countersign("identity", "list", "--account", owner, "--json", "--data", data)
    assert ran.returncode == 0, ran.stderr
    assert SECRET not in ran.stdout
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


def test_a_provider_is_added_listed_and_removed(data: Path, owner: str, secret: Path) -> None:
    none = countersign("identity", "list", "--account", owner, "--data", data)
    assert "no identity provider yet" in none.stdout
    ran = added(
        data, owner, secret, "--scope", "openid", "nin", "--acr", "urn:high", "urn:substantial",
        "--national-id-claim", "nin.value", "--name-claim", "display_name", "--json",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert SECRET not in ran.stdout + ran.stderr
    made = json.loads(ran.stdout)
    assert made.pop("redirect_uri") == "https://sign.example/s/identity/callback"
    assert listed(data, owner) == [made]
    assert made["scopes"] == ["openid", "nin"]
    assert made["acr_values"] == ["urn:high", "urn:substantial"]
    assert (made["national_id_claim"], made["name_claim"]) == ("nin.value", "display_name")
    said = countersign("identity", "list", "--account", owner, "--data", data).stdout
    assert said == "nbid  BankID (Norway)  https://login.example  c\n"

    assert_refused(added(data, owner, secret), "the account has a provider named nbid")
    gone = ("identity", "remove", "--account", owner, "--name", "nbid", "--data", data)
    assert countersign(*gone).stdout == "Removed nbid\n"
    assert listed(data, owner) == []
    assert_refused(countersign(*gone), "no such identity provider")


def test_what_is_printed_without_json_names_the_redirect_uri(
    data: Path, owner: str, secret: Path
) -> None:
    ran = added(data, owner, secret, name="mitid")
    assert ran.returncode == 0, ran.stderr
    assert "https://sign.example/s/identity/callback" in ran.stdout
    assert SECRET not in ran.stdout


def test_what_can_not_be_used_is_said_in_a_sentence(
    data: Path, owner: str, secret: Path, tmp_path: Path
) -> None:
    assert_refused(added(data, "nobody", secret), "no such account")
    assert_refused(added(data, owner, tmp_path / "nothing"), "No such file")
    assert_refused(added(data, owner, secret, issuer="http://login.example"), "issuer: ")
    assert_refused(added(data, owner, secret, name="email_code"), "name: ")
    assert_refused(added(tmp_path / "elsewhere", owner, secret), "there is no installation")
    secret.write_bytes(b"\xff\xfe")
    assert_refused(added(data, owner, secret), "is not text")
    unknown = countersign("identity", "list", "--account", "nobody", "--data", data)
    assert_refused(unknown, "no such account")


def test_the_doctor_asks_every_provider(tmp_path: Path, secret: Path) -> None:
    data = tmp_path / "data"
    owner = account(data)
    with openid_server() as server:
        added(data, owner, secret, issuer=server.url)
        ran = countersign("doctor", "--data", data)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert f"ok    identity: nbid of account {owner}: {server.url} publishes" in ran.stdout
    ran = countersign("doctor", "--data", data)
    assert ran.returncode == 1
    assert f"BAD   identity: nbid of account {owner}" in ran.stdout
    assert "connection refused" in ran.stderr
