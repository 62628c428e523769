"""What an operator is told about BankID's certificate."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.commands.running import assert_refused, countersign
from tests.support.bankid import PASSWORD
from tests.support.certificates import TestAuthority

pytestmark = pytest.mark.slow


@pytest.fixture
def authority(tmp_path: Path) -> TestAuthority:
    authority = TestAuthority("Some bank")
    authority.write_pem(tmp_path / "ca.pem")
    return authority


def settings_of(folder: Path, authority: TestAuthority, lifetime: timedelta) -> dict[str, str]:
    own = authority.issue("Acme", lifetime).write_pkcs12(folder / "own.p12", PASSWORD)
    (folder / "password").write_text(PASSWORD + "\n")
    return {
        "BANKID_CERTIFICATE": str(own),
        "BANKID_PASSWORD_FILE": str(folder / "password"),
        "BANKID_CA": str(folder / "ca.pem"),
        "BANKID_ROOT": str(folder / "ca.pem"),
    }


@pytest.mark.parametrize(
    ("days", "code", "said"),
    [
        (300, 0, "ok    BankID: the certificate is good until "),
        (20, 0, "hint  BankID: the certificate expires on "),
        (-1, 1, "BAD   BankID: the certificate expired on "),
    ],
)
def test_the_doctor_looks_at_the_certificates_end(
    tmp_path: Path, authority: TestAuthority, days: int, code: int, said: str
) -> None:
    settings = settings_of(tmp_path, authority, timedelta(days=days))
    ran = countersign("doctor", "--data", tmp_path / "data", **settings)
    assert ran.returncode == code
    assert said in ran.stdout


def test_what_cannot_be_used_stops_the_start_and_is_named(
    tmp_path: Path, authority: TestAuthority
) -> None:
    good = settings_of(tmp_path, authority, timedelta(days=300))
    wrong = {
        "BANKID_CERTIFICATE": (str(tmp_path / "none.p12"), "none.p12: No such file"),
        "BANKID_CA": ("", "COUNTERSIGN_BANKID_CA: the authority of BankID's server is needed"),
        "BANKID_ROOT": ("", "COUNTERSIGN_BANKID_ROOT: the root that people's BankIDs lead to"),
        "BANKID_URL": ("http://appapi2.example", "COUNTERSIGN_BANKID_URL: must begin with https"),
    }
    for name, (value, text) in wrong.items():
        ran = countersign("doctor", "--data", tmp_path / "data", **(good | {name: value}))
        assert_refused(ran, text)
