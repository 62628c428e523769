"""The archive of a real installation: in backups, and gone after its time."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.commands.running import countersign
from tests.dialects.signicat_v2.customer import new_customer, sign
from tests.support.processes import wait_until
from tests.support.server import RunningServer, StartServer

ARCHIVE = "/sign/archive-documents"
SETTINGS = {"sendSignatureResultsToArchive": True, "retentionPeriod": "P1Y"}


def listed(server: RunningServer, account: str) -> Any:
    return json.loads(server.run("archive", "list", "--account", account, "--json").stdout)


def test_what_is_archived_is_restored_from_a_backup_and_removed_after_its_time(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server("--sandbox")
    customer = new_customer(server)
    account = server.run("account", "list").stdout.split()[0]
    assert "Nothing" in server.run("archive", "list", "--account", account).stdout
    made = customer.session(customer.collection(), archive=SETTINGS)
    sign(made, "Åsa Öberg")
    (signature,) = customer.read(made)["output"]["signatures"]
    place = f"{ARCHIVE}/{signature['archiveId']}"
    content = customer.api.get(place).content
    assert content == customer.download(signature["resultDocumentId"])

    server.run("backup", str(tmp_path / "backup.tar"))
    server.stop()
    elsewhere = tmp_path / "elsewhere"
    countersign("restore", tmp_path / "backup.tar", "--data", elsewhere)
    server = start_server("--sandbox", data=elsewhere, port=server.port)
    assert customer.api.get(place).content == content
    (file,) = listed(server, account)
    assert (file["id"], file["size"]) == (signature["archiveId"], len(content))
    assert (file["removed_at"], file["sha256"]) == (None, None)

    server.run("sandbox", "advance", "366d")
    wait_until(lambda: listed(server, account)[0]["removed_at"], "the end of the year")
    customer.log_in()
    assert customer.api.get(place).status_code == 404
    said = server.run("archive", "list", "--account", account).stdout
    assert f"SHA-256 {hashlib.sha256(content).hexdigest()}" in said
    customer.api.close()
