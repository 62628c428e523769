"""`countersign signing-service`: an account's keepers of people's own keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.commands.running import Ran, assert_refused, countersign
from tests.commands.test_template import account
from tests.support.signing_authority import SigningAuthority

pytestmark = pytest.mark.slow

SECRET = "a secret, that nobody prints"
URL = "https://keys.example"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("services") / "installation"


@pytest.fixture(scope="module")
def owner(data: Path) -> str:
    return account(data)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """The client's secret, and the authorities."""
    secret, authorities = tmp_path / "client.secret", tmp_path / "authorities.pem"
    secret.write_text(SECRET + "\n")
    root = x509.load_der_x509_certificate(SigningAuthority("Persons").root)
    authorities.write_bytes(root.public_bytes(Encoding.PEM))
    return secret, authorities


def ran(data: Path, owner: str, action: str, *options: object) -> Ran:
    return countersign(
        "signing-service", action, "--account", owner, *options, "--data", data,
        PUBLIC_URL="https://sign.example/",
    )  # fmt: skip


def added(data: Path, owner: str, files: tuple[Path, Path], *more: object, **changes: str) -> Ran:
    given = {"name": "NBID", "url": URL, "client-id": "c"} | changes
    options = [part for name, value in given.items() for part in (f"--{name}", value)]
    secret, authorities = files
    known = ("--client-secret-file", secret, "--authorities", authorities)
    return ran(data, owner, "add", *known, *options, *more)


def listed(data: Path, owner: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ran(data, owner, "list", "--json").stdout)
    return found


def test_a_service_is_added_listed_and_removed(
    data: Path, owner: str, files: tuple[Path, Path]
) -> None:
    assert "no signing service yet" in ran(data, owner, "list").stdout
    done = added(data, owner, files, "--tls-authority", files[1], "--json")
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr
    made = json.loads(done.stdout)
    assert made.pop("redirect_uri") == "https://sign.example/s/signing/callback"
    assert listed(data, owner) == [made]
    assert made["authorities"] == ["CN=Persons root"]
    bankid = ran(data, owner, "add", "--name", "SBID", "--kind", "bankid")
    assert bankid.stdout == "SBID  bankid  this server's BankID client\n"
    assert [one["name"] for one in listed(data, owner)] == ["NBID", "SBID"]
    assert_refused(added(data, owner, files), "the account has a service named NBID")
    assert ran(data, owner, "remove", "--name", "NBID").stdout == "Removed NBID\n"
    assert_refused(ran(data, owner, "remove", "--name", "NBID"), "no such signing service")


def test_what_is_wrong_is_said_all_at_once(
    data: Path, owner: str, files: tuple[Path, Path], tmp_path: Path
) -> None:
    refused = ran(data, owner, "add", "--name", "nbid", "--url", "http://keys.example")
    for part in ("name:", "url:", "client-id:", "client-secret:", "authorities:"):
        assert_refused(refused, part)
    none = tmp_path / "none.pem"
    none.write_text("none")
    for option in ("--authorities", "--tls-authority"):
        assert_refused(added(data, owner, files, option, none), "holds no certificate in PEM")
    assert_refused(added(data, "nobody", files), "no such account")
    missing = tmp_path / "missing"
    assert_refused(added(data, owner, (missing, files[1])), "No such file")


def test_what_is_printed_names_the_redirect_uri(
    data: Path, owner: str, files: tuple[Path, Path]
) -> None:
    said = added(data, owner, files, name="SMARTID").stdout
    assert said.startswith(f"SMARTID  csc  {URL}\n")
    assert "https://sign.example/s/signing/callback" in said
