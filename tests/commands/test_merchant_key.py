"""`countersign merchant-key`: what an operator does, and what is said when it can't be done."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.commands.running import Ran, assert_refused, countersign
from tests.pdf.chain import now
from tests.support.signing_authority import SigningAuthority, p256
from tests.support.softhsm import PIN, SoftHsm

pytestmark = pytest.mark.slow

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("merchant") / "installation"


@pytest.fixture(scope="module")
def account(data: Path) -> str:
    named = ("--name", "Acme", "--email", "owner@acme.example", "--json")
    ran = countersign("account", "create", *named, "--data", data)
    identity: str = json.loads(ran.stdout)["account"]["id"]
    return identity


@pytest.fixture(scope="module")
def authority() -> SigningAuthority:
    return SigningAuthority("Merchant CA")


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def merchant_key(data: Path, action: str, account: str, *more: str | Path) -> Ran:
    return countersign("merchant-key", action, "--data", data, "--account", account, *more)


def test_a_key_in_a_file_is_added_listed_and_removed(
    data: Path, account: str, authority: SigningAuthority, tmp_path: Path
) -> None:
    file = written(tmp_path, "key.p12", authority.issue("Acme AB", p256()).pkcs12(PASSWORD))
    opened = ("--pkcs12", file, "--password-file", written(tmp_path, "password", PASSWORD + "\n"))
    ran = merchant_key(data, "add", account, "--vendor", "NBID", *opened)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("NBID signs as CN=Acme AB until 20")
    listed = merchant_key(data, "list", account)
    assert listed.stdout.startswith("NBID  pkcs12  until 20")
    assert listed.stdout.endswith("CN=Acme AB\n")
    assert merchant_key(data, "remove", account, "--vendor", "NBID").returncode == 0
    assert_refused(
        merchant_key(data, "remove", account, "--vendor", "NBID"), "no such merchant key"
    )
    assert "has no key" in merchant_key(data, "list", account).stdout


def test_a_key_in_a_token_is_added(
    data: Path, account: str, authority: SigningAuthority, softhsm: SoftHsm, tmp_path: Path
) -> None:
    place = softhsm.token("of a command").put("seal", authority.issue("Acme AB", p256()))
    where = ("--pkcs11-module", place.module, "--token", place.token, "--key", place.label)
    pin = ("--pin-file", written(tmp_path, "pin", PIN))
    ran = merchant_key(data, "add", account, "--vendor", "SBID", *where, *pin)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("SBID signs as CN=Acme AB until 20")
    wrong = ("--pin-file", written(tmp_path, "wrong", "0000 nobody"))
    refused = merchant_key(data, "add", account, "--vendor", "SBID", *where, *wrong)
    assert_refused(refused, "the token of a command refuses the PIN")
    assert "nobody" not in refused.stderr
    assert_refused(merchant_key(data, "add", account, "--vendor", "SBID", *where), "--pin-file")


@pytest.mark.parametrize(
    ("days", "password", "vendor", "said"),
    [
        (-1, PASSWORD, "NBID", "the certificate of the NBID key expired on 20"),
        (300, "battery staple", "NBID", "the PKCS#12 file cannot be opened"),
        (300, PASSWORD, "N BID", "a vendor is named by a word such as NBID"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused(
    data: Path,
    account: str,
    authority: SigningAuthority,
    tmp_path: Path,
    days: int,
    password: str,
    vendor: str,
    said: str,
) -> None:
    begins = now() - timedelta(days=100)
    certified = authority.issue("Acme AB", p256(), begins, timedelta(days=100 + days))
    file = written(tmp_path, "key.p12", certified.pkcs12(PASSWORD))
    opened = ("--pkcs12", file, "--password-file", written(tmp_path, "password", password))
    ran = merchant_key(data, "add", account, "--vendor", vendor, *opened)
    assert_refused(ran, said)
    assert "battery" not in ran.stderr


def test_a_certificate_that_is_not_good_yet_is_refused(
    data: Path, account: str, authority: SigningAuthority, tmp_path: Path
) -> None:
    begins = now() + timedelta(days=2)
    file = written(tmp_path, "key.p12", authority.issue("Acme AB", p256(), begins).pkcs12(PASSWORD))
    opened = ("--pkcs12", file, "--password-file", written(tmp_path, "password", PASSWORD))
    ran = merchant_key(data, "add", account, "--vendor", "NBID", *opened)
    assert_refused(ran, f"is not valid before {begins:%Y-%m-%d}")


def test_an_unknown_account_and_a_missing_file_are_named(
    data: Path, account: str, tmp_path: Path
) -> None:
    missing = tmp_path / "none.p12"
    ran = merchant_key(data, "add", account, "--vendor", "NBID", "--pkcs12", missing)
    assert_refused(ran, "none.p12: No such file")
    assert_refused(merchant_key(data, "list", "nobody"), "no such account")
