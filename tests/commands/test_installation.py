"""Commands that work on an installation: account, sandbox, migrate, doctor, verify."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from countersign import app
from countersign.dialects.signicat_v2.auth import SCOPES
from countersign.settings import Settings
from countersign.usecases.create_account import create_account
from countersign.usecases.issue_access_token import IssueAccessToken, issue_access_token
from tests.commands.running import assert_refused, countersign
from tests.pdf.samples import contract

pytestmark = pytest.mark.slow

ACCOUNT = ("account", "create", "--name", "Åkermans AB", "--email", "owner@akerman.example")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with one account."""
    folder = tmp_path_factory.mktemp("commands") / "installation"
    assert countersign(*ACCOUNT, "--data", folder).returncode == 0
    return folder


def test_an_account_is_printed_as_json_with_a_credential_for_each_api(data: Path) -> None:
    ran = countersign(*ACCOUNT, "--json", "--data", data)
    made = json.loads(ran.stdout)
    assert made["account"].keys() == {"id", "name", "email"}
    assert made["account"]["name"] == "Åkermans AB"
    assert made["signature_nc"].keys() == {"token", "test_token"}
    assert made["signicat"].keys() == {"client_id", "client_secret"}
    assert made["signicat"]["client_id"].startswith("prod-")
    assert made["signeum"].keys() == {"organization_id", "api_key"}
    assert made["signeum"]["organization_id"] == made["account"]["id"]
    assert made["signeum"]["api_key"].startswith("ds_")


def test_an_account_is_printed_for_people(data: Path) -> None:
    ran = countersign(*ACCOUNT, "--data", data)
    assert ran.returncode == 0
    assert ran.stdout.startswith("Account Åkermans AB (")
    assert "shown now and never again" in ran.stdout
    assert "signature_nc test_token: " in ran.stdout


def test_an_account_without_a_client_gets_one_and_any_number_more(data: Path) -> None:
    account = old_account(data)
    client = ("account", "client", "--account", account, "--data", data)
    made = [json.loads(countersign(*client, "--json").stdout) for _ in range(2)]
    assert len({one["client_id"] for one in made}) == 2
    assert all(one.keys() == {"client_id", "client_secret"} for one in made)
    permitted = ("--permissions", "sign:document:read")
    countersign("account", "set", "--account", account, *permitted, "--data", data)
    ran = countersign(*client)
    assert (ran.returncode, "shown now and never again" in ran.stdout) == (0, True)
    with app.opened(Settings(data=data)) as installation:
        ask = partial(issue_access_token, ports=installation.ports)
        for one in made:
            assert ask(IssueAccessToken(api="signicat", scope="", scopes=SCOPES, **one)).token
        with installation.ports.unit_of_work() as uow:
            clients = uow.credentials.of_account(account, "signicat")
    assert [one.permissions for one in clients] == [("sign:document:read",)] * 3
    assert_refused(countersign(*client[:3], "nobody", "--data", data), "no such account")


def test_an_account_has_a_time_zone_of_its_own(data: Path) -> None:
    account = old_account(data)
    change = ("account", "set", "--account", account, "--data", data, "--time-zone")
    assert countersign(*change, "Europe/Copenhagen").returncode == 0
    with app.opened(Settings(data=data)) as installation, installation.ports.unit_of_work() as uow:
        assert uow.accounts.get(account).settings["time_zone"] == "Europe/Copenhagen"
    assert countersign(*change, "Mars/Base").returncode == 2


def old_account(data: Path) -> str:
    """As accounts were made before there were clients."""
    with app.opened(Settings(data=data)) as installation:
        return create_account("Old AB", "old@old.example", installation.ports).id


def test_an_account_needs_a_mail_address(data: Path) -> None:
    wrong = (*ACCOUNT[:-1], "nobody")
    assert_refused(countersign(*wrong, "--data", data), "email")


def test_what_a_command_makes_belongs_to_its_user_alone(data: Path) -> None:
    open_to_others = [
        path for path in (data, *data.rglob("*"))
        if "keys" in path.parts and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]  # fmt: skip
    assert open_to_others == []
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_the_doctor_finds_a_fresh_installation_well(data: Path, tmp_path: Path) -> None:
    for folder in (data, tmp_path):  # the second existed before, open to everybody
        ran = countersign("doctor", "--data", folder)
        assert ran.returncode == 0, ran.stdout
        assert "ok    database: sqlite answers" in ran.stdout
        assert "ok    keys: " in ran.stdout
        assert "hint  mail: COUNTERSIGN_SMTP_URL is not set" in ran.stdout


def test_damaged_keys_are_named(tmp_path: Path) -> None:
    countersign("doctor", "--data", tmp_path)
    (tmp_path / "keys" / "master.key").write_bytes(b"short")
    ran = countersign(*ACCOUNT, "--data", tmp_path)
    assert_refused(ran, "master.key holds 5 bytes, a master key has 32")


def test_the_doctor_says_what_is_bad(tmp_path: Path) -> None:
    countersign("migrate", "--data", tmp_path)
    countersign("doctor", "--data", tmp_path)
    (tmp_path / "keys").chmod(0o755)
    ran = countersign("doctor", "--data", tmp_path)
    assert ran.returncode == 1
    assert "BAD   keys: " in ran.stdout


def test_a_database_that_does_not_answer_is_said(tmp_path: Path) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    ran = countersign("doctor", "--data", tmp_path, DATABASE_URL=nowhere)
    assert (ran.returncode, ran.stdout) == (
        1, "BAD   database: database is not available at the moment\n",
    )  # fmt: skip
    ran = countersign("migrate", "--data", tmp_path, DATABASE_URL=nowhere)
    assert_refused(ran, "database is not available")


def test_a_demo_is_no_way_into_an_installation_that_is_there(data: Path, tmp_path: Path) -> None:
    said = f"{data} is not empty; serve --sandbox --data goes on with a demo"
    assert_refused(countersign("demo", "--port", "0", "--data", data), said)
    (tmp_path / "file").write_bytes(b"x")
    said = f"{tmp_path / 'file'} is not empty"
    assert_refused(countersign("demo", "--port", "0", "--data", tmp_path / "file"), said)


def test_migrate_makes_the_schema_once(tmp_path: Path) -> None:
    for _ in range(2):
        ran = countersign("migrate", "--data", tmp_path)
        assert ran.returncode == 0
        assert ran.stdout.startswith("The database is at schema version ")
    with closing(sqlite3.connect(tmp_path / "countersign.db")) as database:
        assert database.execute("SELECT count(*) FROM envelopes").fetchone() == (0,)


def test_a_server_with_other_keys_than_the_database_knows_is_refused(tmp_path: Path) -> None:
    """Nor does it make keys of its own: they would be in the way of the right ones."""
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    shared = {"DATABASE_URL": f"sqlite:///{tmp_path / 'shared.db'}"}
    command = ("account", "create", "--name", "N", "--email", "n@example.org", "--data")
    assert countersign(*command, mine, **shared).returncode == 0
    assert_refused(countersign(*command, theirs, **shared), "master.key is missing")
    assert not (theirs / "keys" / "master.key").exists()
    assert countersign(*command, theirs).returncode == 0  # on a database of its own
    assert_refused(countersign(*command, theirs, **shared), "is not the key of this database")
    assert countersign(*command, mine, **shared).returncode == 0


def test_whoever_lost_the_keys_says_so(tmp_path: Path) -> None:
    assert countersign("doctor", "--data", tmp_path).returncode == 0
    (tmp_path / "keys" / "master.key").unlink()
    create = ("account", "create", "--name", "N", "--email", "n@example.org", "--data", tmp_path)
    assert_refused(countersign(*create), "migrate --new-keys")
    assert "next start" in countersign("migrate", "--new-keys", "--data", tmp_path).stdout
    assert countersign(*create).returncode == 0


def test_migrate_names_a_database_that_is_none(tmp_path: Path) -> None:
    ran = countersign("migrate", "--data", tmp_path, DATABASE_URL="mysql://x")
    assert_refused(ran, "COUNTERSIGN_DATABASE_URL: a database is given as postgresql://")


@pytest.mark.parametrize("quota", ["-3", "many", "1.5"])
def test_a_quota_is_a_number_or_none(data: Path, quota: str) -> None:
    ran = countersign("account", "set", "--account", "x", f"--quota={quota}", "--data", data)
    assert ran.returncode == 2
    assert f"argument --quota: '{quota}' is neither a number nor `none`" in ran.stderr


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_is_none_is_said(tmp_path: Path, port: str) -> None:
    ran = countersign("serve", f"--port={port}", "--data", tmp_path / "new")
    assert_refused(ran, f"cannot listen on 127.0.0.1 port {port}: ports end at 65535")


def test_the_sandbox_clock_moves_forward_only_by_what_is_understood(data: Path) -> None:
    moved = countersign("sandbox", "advance", "1d12h", "--data", data)
    assert moved.returncode == 0
    assert moved.stdout.startswith("The sandbox's clock now shows 2")
    wrong = countersign("sandbox", "advance", "tomorrow", "--data", data)
    assert_refused(wrong, "'tomorrow' is no span of time; write 90s, 31m, 2h, 3d or 1d12h")


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"DATABSE_URL": "x"}, "unknown setting: COUNTERSIGN_DATABSE_URL"),
        ({"WORKERS": "perhaps"}, "COUNTERSIGN_WORKERS: 'perhaps' can't be understood"),
        ({"CONFIG": "/nowhere.toml"}, "COUNTERSIGN_CONFIG: "),
        ({"SEAL_PASSWORD_FILE": "/nowhere"}, "COUNTERSIGN_SEAL_PASSWORD_FILE: "),
        ({"SEAL_KEY": "/nowhere.p12"}, "COUNTERSIGN_SEAL_KEY: nowhere.p12"),
        ({"SMTP_URL": "mail.example"}, "COUNTERSIGN_SMTP_URL or "),
        ({"DATABASE_URL": "oracle"}, "COUNTERSIGN_DATABASE_URL"),
        ({"FILES_URL": "ftp://x"}, "COUNTERSIGN_FILES_URL"),
        ({"MAIL_FROM": "nobody"}, "COUNTERSIGN_MAIL_FROM: not a mail address"),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_a_setting_that_cannot_be_used_is_named(
    settings: dict[str, str], text: str, tmp_path: Path
) -> None:
    if "MAIL_FROM" in settings:
        settings = {**settings, "SMTP_URL": "smtp://127.0.0.1"}
    assert_refused(countersign("doctor", "--data", tmp_path / "new", **settings), text)


# ------------------------------------------------------------------ verify


def test_a_file_without_signatures_is_not_valid(tmp_path: Path) -> None:
    path = tmp_path / "contract.pdf"
    path.write_bytes(contract())
    ran = countersign("verify", path, "--data", tmp_path)
    assert ran.returncode == 1
    assert ran.stdout.startswith("NOT SIGNED")
    ran = countersign("verify", path, "--json", "--data", tmp_path)
    assert ran.returncode == 1
    assert json.loads(ran.stdout)["signatures"] == []


@pytest.mark.parametrize("content", [b"", b"<!doctype html>", contract()[:200]])
def test_what_is_no_pdf_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "contract.pdf"
    path.write_bytes(content)
    assert_refused(countersign("verify", path, "--data", tmp_path), "")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.pdf"
    assert_refused(countersign("verify", missing), f"{missing}: No such file or directory")


def test_a_certificate_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "contract.pdf"
    path.write_bytes(contract())
    assert_refused(countersign("verify", path, "--trust", path), "not a certificate")
