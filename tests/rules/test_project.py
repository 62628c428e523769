"""The project as a whole: its papers are there, and its locks say the same and name no machine."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from hatch_build import pages_are_current
from tests.rules.tree import ROOT, escaped, named

PAPERS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE")
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
HOST = re.compile(r"https?://([^/\"'\s]+)")
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.])/(?:root|work|Users|home)/\w")
TEXT = {".py", ".md", ".ts", ".mjs", ".css", ".html", ".toml", ".json", ".txt", ".j2", ".sh", ""}
FOLDERS = ("bench", "docs", "frontend", "src", "tests", ".ci")


@pytest.mark.parametrize("name", PAPERS)
def test_the_papers_of_the_project_exist(name: str) -> None:
    assert (ROOT / name).read_text("utf-8").strip()


def locked() -> list[dict[str, Any]]:
    return list(tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"])


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_pip_installs_the_versions_that_uv_installs(name: str) -> None:
    """Both are made by `make lock`, from uv.lock; pip of Python 3.11 cannot read that itself."""
    versions = {(package["name"], package.get("version")) for package in locked()}
    text = (ROOT / name).read_text("utf-8")
    pinned = set(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE))
    assert pinned
    assert pinned <= versions, f"run `make lock`: {pinned - versions}"


def test_the_lock_was_made_for_these_dependencies() -> None:
    """A dependency that was added by hand gets into the lock by `make lock`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *(line for lines in extras.values() for line in lines)]
    (ours,) = [package for package in locked() if package["name"] == "countersign"]
    recorded = {
        (entry["name"], frozenset(filter(None, entry.get("specifier", "").split(","))))
        for entry in ours["metadata"]["requires-dist"]
    }
    wanted = {
        (requirement.name, frozenset(filter(None, str(requirement.specifier).split(","))))
        for requirement in map(Requirement, asked)
    }
    assert wanted == recorded, "run `make lock`"


@pytest.mark.parametrize("name", ["uv.lock", "requirements.lock", "requirements-test.lock"])
def test_python_locks_name_only_the_public_registry(name: str) -> None:
    hosts = set(HOST.findall((ROOT / name).read_text("utf-8")))
    assert hosts <= PUBLIC_HOSTS, hosts - PUBLIC_HOSTS


def test_the_npm_lock_works_with_any_registry() -> None:
    """Kept so by `omit-lockfile-registry-resolved` in frontend/.npmrc."""
    packages = json.loads((ROOT / "frontend" / "package-lock.json").read_text("utf-8"))["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all("integrity" in package for name, package in packages.items() if name)


def test_the_pages_under_test_are_made_from_the_sources_on_disk() -> None:
    """Else the browser tests would praise or blame yesterday's pages."""
    assert pages_are_current(ROOT), "run `make frontend`"


def test_links_between_the_papers_lead_somewhere() -> None:
    papers = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    found = [
        f"{named(paper)} links to {target}"
        for paper in papers
        for target in LINK.findall(paper.read_text("utf-8"))
        if not (paper.parent / target).exists()
    ]
    assert not found, "\n".join(found)


def text_files() -> list[Path]:
    return [
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.suffix in TEXT and path.is_file()
        if not {"node_modules", "__pycache__", "dist"} & set(path.parts)
    ]


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    """It would work there only, and tells who worked where.

    Way round: `# escape folder: reason` in the file.
    """
    found = [
        f"{named(path)}:{number}: {line.strip()}"
        for path in text_files()
        if not escaped(path, "folder")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if SOMEBODYS_FOLDER.search(line)
    ]
    assert not found, "\n".join(found)
