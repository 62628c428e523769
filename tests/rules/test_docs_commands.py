"""Commands in the README and the docs work as they are written."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.__main__ import build_parser
from tests.support.server import RunningServer
from tests.support.tools import require_tool

ROOT = Path(__file__).parents[2]
PAPERS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/operate/*.md"))]
BLOCK = re.compile(r"```[a-z]*\n(.*?)```", re.DOTALL)
CONTRACT = ROOT / "src/countersign/commands/demo_contract/contract.pdf"


def blocks(paper: Path) -> list[str]:
    return [block.replace("\\\n", " ") for block in BLOCK.findall(paper.read_text("utf-8"))]


def countersign_commands() -> Iterator[tuple[str, list[str]]]:
    """Every `countersign …` and `start.py …` in a code block, without what a shell would add."""
    for paper in PAPERS:
        for line in "\n".join(blocks(paper)).splitlines():
            found = re.search(r"(?:countersign|start\.py) +([a-z].*?)(?: &| +#.*)?$", line)
            if found and not re.match(r"test\b|install\b", found[1]) and "git clone" not in line:
                yield f"{paper.name}: {found[1]}", shlex.split(found[1])


COMMANDS = dict(countersign_commands())


def test_there_are_commands_to_check() -> None:
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_command_of_the_docs_is_understood(command: list[str]) -> None:
    build_parser().parse_args(command)


def test_every_make_target_of_the_docs_exists() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    targets = set(phony.split())
    for paper in [*PAPERS, ROOT / "ARCHITECTURE.md", ROOT / "docs/benchmarks.md"]:
        for target in re.findall(r"`make ([a-z-]+)`", paper.read_text("utf-8")):
            assert target in targets, f"{paper.name}: make {target}"


def test_the_first_call_of_the_readme_works(running_server: RunningServer, tmp_path: Path) -> None:
    """Run verbatim, but for the port."""
    require_tool("curl")
    (curl,) = (block for block in blocks(ROOT / "README.md") if block.startswith("curl"))
    made = json.loads(
        running_server.run(
            "account", "create", "--name", "Acme", "--email", "owner@acme.example", "--json"
        ).stdout
    )
    shutil.copy(CONTRACT, tmp_path / "contract.pdf")
    done = subprocess.run(
        ["sh", "-c", curl.replace("http://127.0.0.1:8080", running_server.url)],
        cwd=tmp_path,
        env={**os.environ, "TOKEN": made["signature_nc"]["test_token"]},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    (submitter,) = json.loads(done.stdout)["submitters"]
    assert submitter["signatureLink"].startswith(running_server.url + "/s/")
