"""`countersign account deletions` and `export`, on a real installation."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

import pytest

from tests.commands.running import assert_refused, countersign
from tests.support.customer import Customer, new_customer, sign_all
from tests.support.processes import wait_until
from tests.support.server import StartServer


def test_everything_is_written_to_a_new_file(start_server: StartServer, tmp_path: Path) -> None:
    server = start_server("--sandbox")
    customer: Customer = new_customer(server)
    account = server.run("account", "list").stdout.split()[0]
    sent = customer.send("Lea Roux")
    sign_all(sent)
    wait_until(lambda: customer.is_completed(sent), "the envelope to be completed")
    path = tmp_path / "all.zip"
    said = server.run("account", "export", "--account", account, str(path)).stdout
    assert f"{path.stat().st_size} bytes" in said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        assert f"envelopes/{sent.id}/1-signed.pdf" in file.namelist()
    given = ("--data", server.data)
    again = countersign("account", "export", "--account", account, path, *given)
    assert_refused(again, "File exists")
    assert zipfile.is_zipfile(path), "and is left alone"
    unknown = tmp_path / "unknown.zip"
    assert countersign("account", "export", "--account", "none", unknown, *given).returncode != 0
    assert not unknown.exists()


@pytest.mark.parametrize("as_json", [False, True])
def test_nothing_was_erased(start_server: StartServer, *, as_json: bool) -> None:
    server = start_server("--sandbox")
    new_customer(server)
    account = server.run("account", "list").stdout.split()[0]
    more = ["--json"] if as_json else []
    said = server.run("account", "deletions", "--account", account, *more).stdout
    assert json.loads(said) == [] if as_json else "Nothing" in said
