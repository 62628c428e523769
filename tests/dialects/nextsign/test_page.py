"""The calls on the dialect's page of the docs work as they are written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.rules.dialect_pages import ROOT
from tests.rules.test_docs_commands import CONTRACT, blocks
from tests.support.server import RunningServer
from tests.support.tools import require_tool

PAGE = ROOT / "docs" / "dialects" / "nextsign.md"


def test_the_calls_of_the_page_work(running_server: RunningServer, tmp_path: Path) -> None:
    """Run verbatim, but for the port."""
    require_tool("curl")
    shutil.copy(CONTRACT, tmp_path / "contract.pdf")
    made = running_server.run(
        "account", "create", "--name", "Acme", "--email", "owner@acme.example", "--json"
    )
    keys = json.loads(made.stdout)["nextsign"]
    values = {"COMPANY": keys["company"], "API_KEY": keys["api_key"]}

    def answer_to(call: str) -> Any:
        ran = subprocess.run(
            ["sh", "-c", call.replace("http://127.0.0.1:8080", running_server.url)],
            cwd=tmp_path, env={**os.environ, **values},
            capture_output=True, text=True, timeout=30, check=True,
        )  # fmt: skip
        return json.loads(ran.stdout)

    creating, listing = blocks(PAGE)
    case = answer_to(creating)["contract"]
    assert [each["name"] for each in case["recipients"]] == ["Kim Holm", "Eva Lind"]
    assert case["recipients"][0]["signingUrl"].startswith(f"{running_server.url}/s/")
    assert [each["_id"] for each in answer_to(listing)["cases"]] == [case["_id"]]
