"""The build hook: pages are made whenever they are missing, and by one at a time."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hatch_build import PAGES, pages_are_current
from tests.rules.tree import ROOT


def test_uv_builds_again_when_a_source_changes_or_the_pages_are_gone() -> None:
    """uv remembers editable builds and asks the hook only when one of these files has changed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    keys = {key["file"] for key in project["tool"]["uv"]["cache-keys"]}
    folders = {
        f"frontend/{each.name}/**/*"
        for each in (ROOT / "frontend").iterdir()
        if each.is_dir() and each.name != "node_modules"
    }
    assert folders | {"hatch_build.py", "frontend/*.*", f"{PAGES}/.stamp"} <= keys


@pytest.mark.slow
def test_two_installations_at_once_leave_one_whole_set_of_pages(tmp_path: Path) -> None:
    frontend = tmp_path / "frontend"
    shutil.copytree(ROOT / "frontend", frontend, ignore=lambda *_: ["node_modules"])
    (frontend / "node_modules").symlink_to(ROOT / "frontend" / "node_modules")
    shutil.copy(ROOT / "hatch_build.py", tmp_path)
    (tmp_path / PAGES).parent.mkdir(parents=True)
    command = [sys.executable, str(tmp_path / "hatch_build.py")]
    builds = [subprocess.Popen(command) for _ in range(2)]
    assert [build.wait(60) for build in builds] == [0, 0]
    assert pages_are_current(tmp_path)
    assert [each.name for each in (tmp_path / PAGES).parent.iterdir()] == ["dist"]
    assert (tmp_path / PAGES / "signing.js").exists()
