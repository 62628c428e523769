"""A creating request whose server is killed at any moment of it, and which is then sent again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.faults.repeater", str(tmp_path_factory.mktemp("walk"))]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_moments_before_and_after_both_commits_are_walked(walked: list[dict[str, Any]]) -> None:
    assert len(walked) > 4
    assert [found["answer"] is None for found in walked] == [True] * (len(walked) - 1) + [False]


def test_the_same_key_makes_one_envelope_whenever_the_server_was_killed(
    walked: list[dict[str, Any]],
) -> None:
    assert [found["made"] for found in walked] == [1] * len(walked)


def test_the_same_key_gets_the_same_bytes_from_then_on(walked: list[dict[str, Any]]) -> None:
    for found in walked:
        answers = {found["answer"], *found["again"]} - {None}
        assert len(answers) == 1
