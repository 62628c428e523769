"""Where a Chromium is: on the machine, or inside an npm package that needs no installation."""

import fcntl
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.node import FRONTEND, require_node_package, run_module

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = "@sparticuz/chromium"
UNPACK = f'import c from "{PACKAGE}"; process.stdout.write(await c.executablePath());'


@dataclass(frozen=True)
class Chromium:
    """A browser to launch and the environment that its libraries need."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """The machine's Chromium, else the packaged one, unpacked at first use (3 s, 200 MB)."""
    for name in NAMES:
        if found := shutil.which(name):
            return Chromium(Path(found))
    require_node_package(PACKAGE)
    return _packaged(FRONTEND / "node_modules" / ".chromium")


def _packaged(folder: Path) -> Chromium:
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # xdist's workers come here at the same time
        if not folder.exists():
            _unpack(folder)
    environment = {"LD_LIBRARY_PATH": str(folder / "al2023" / "lib")}
    if not Path("/etc/fonts/fonts.conf").exists():
        environment["FONTCONFIG_PATH"] = str(folder / "fonts")
    return Chromium(folder / "chromium", environment)


def _unpack(folder: Path) -> None:
    half_done = folder.with_suffix(f".{os.getpid()}")
    half_done.mkdir()
    # The package unpacks into TMPDIR, its shared libraries only where it believes to be on Lambda
    run_module(UNPACK, environment={"TMPDIR": str(half_done), "AWS_EXECUTION_ENV": "nodejs20.x"})
    half_done.rename(folder)
