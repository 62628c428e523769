"""The commands on the dialect's page work as they are written, one after the other."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.rules.test_docs_commands import CONTRACT, ROOT, blocks
from tests.support.processes import wait_until
from tests.support.server import RunningServer
from tests.support.signed import assert_verified
from tests.support.tools import require_tool

from .customer import new_customer

PAGE = ROOT / "docs" / "dialects" / "signicat-v2.md"


class Shell:
    """Runs the page's blocks verbatim, but for the port; `known` are the variables they use."""

    def __init__(self, server: RunningServer, folder: Path) -> None:
        self._server, self._folder = server, folder
        self._blocks = blocks(PAGE)
        self.known: dict[str, str] = {}

    def run(self, number: int) -> str:
        done = subprocess.run(
            ["sh", "-ec", self._blocks[number].replace("http://127.0.0.1:8080", self._server.url)],
            cwd=self._folder,
            env={**os.environ, **self.known},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    def asked(self, number: int) -> Any:
        return json.loads(self.run(number))


def test_the_seven_steps_of_the_page_lead_to_a_signed_file(
    running_server: RunningServer, tmp_path: Path
) -> None:
    require_tool("curl")
    shutil.copy(CONTRACT, tmp_path / "contract.pdf")
    shell, customer = Shell(running_server, tmp_path), new_customer(running_server)
    shell.known |= {"CLIENT_ID": customer.client_id, "CLIENT_SECRET": customer.client_secret}
    shell.known["TOKEN"] = shell.asked(0)["access_token"]
    shell.known["DOCUMENT"] = shell.asked(1)["documentId"]
    shell.known["COLLECTION"] = shell.asked(2)["id"]
    (session,) = shell.asked(3)
    shell.known |= {"SESSION": session["id"], "LINK": session["signatureUrl"]}
    assert '"status":"completed"' in shell.run(4)
    assert shell.asked(5)["lifecycle"]["state"] == "SIGNED"
    wait_until(lambda: shell.asked(5)["output"]["packages"] != [], "the package", patience=30)
    shell.known["RESULT"] = shell.asked(5)["output"]["packages"][0]["resultDocumentId"]
    shell.run(6)
    assert_verified(tmp_path / "signed.pdf", ["Åsa Öberg"], running_server.data)
    customer.api.close()


def test_every_variable_of_the_page_is_explained() -> None:
    text = PAGE.read_text("utf-8")
    used = {name for block in blocks(PAGE) for name in re.findall(r"\$([A-Z]+)\b", block)}
    assert used - {"CLIENT"} == set(re.findall(r"as `([A-Z]+)`", text))
