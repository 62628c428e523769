"""Countersign itself, started the way its users start it."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import stopped_at_exit, wait_until

READY = "Countersign is ready at "


@dataclass
class RunningServer:
    """A running `countersign serve`: where it answers, where its data is, what it has said."""

    data: Path
    process: subprocess.Popen[str]
    environment: dict[str, str]
    output: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its base URL, without a slash at the end."""
        (line,) = (line for line in self.output if line.startswith(READY))
        return line.removeprefix(READY).strip().rstrip("/")

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run another countersign command on this server's data."""
        return subprocess.run(
            [sys.executable, "-m", "countersign", *command, "--data", str(self.data)],
            check=True, capture_output=True, text=True, env=self.environment, timeout=60,
        )  # fmt: skip

    def stop(self) -> None:
        """End it as an operator would, and wait until it is gone."""
        self.process.terminate()
        self.process.wait(30)

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL, no goodbye."""
        self.process.kill()
        self.process.wait()


StartServer = Callable[..., RunningServer]


@contextlib.contextmanager
def serve(
    data: Path, *arguments: str, port: int = 0, settings: Mapping[str, str] | None = None
) -> Iterator[RunningServer]:
    """Run `countersign serve --data DATA ARGUMENTS…` until the block is left.

    Port 0 is any free one; give the port of a server that was killed to bring it back with its
    links intact. `settings` become COUNTERSIGN_… variables: `{"SMTP_URL": "smtp://…"}`; the ones of
    the person who runs the tests are not passed on.
    """
    command = [sys.executable, "-m", "countersign", "serve", "--data", str(data)]
    environment = _environment(settings or {})
    process = subprocess.Popen(
        [*command, "--port", str(port), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
    )  # fmt: skip
    server = RunningServer(data, process, environment)
    with _collected(server), stopped_at_exit(process):
        wait_until(lambda: _ready(server), "starting Countersign")
        yield server


def _ready(server: RunningServer) -> bool:
    if server.process.poll() is not None:
        raise RuntimeError("Countersign ended at once:\n" + "".join(server.output))
    return any(line.startswith(READY) for line in server.output)


@contextlib.contextmanager
def _collected(server: RunningServer) -> Iterator[None]:
    """Read the server's output all the time: a full pipe would stop it."""
    reader = threading.Thread(target=_collect, args=(server,))
    reader.start()
    try:
        yield
    finally:
        reader.join()


def _collect(server: RunningServer) -> None:
    assert server.process.stdout is not None
    with server.process.stdout as lines:
        for line in lines:
            server.output.append(line)


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("COUNTERSIGN_")}
    return inherited | {f"COUNTERSIGN_{name}": value for name, value in settings.items()}


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Start servers, as `serve` does: `start_server("--sandbox", settings={…})`.

    All use the same data directory unless told otherwise, and end with the test.
    """
    with contextlib.ExitStack() as stack:

        def start(*arguments: str, data: Path = tmp_path / "data", **options: Any) -> RunningServer:
            return stack.enter_context(serve(data, *arguments, **options))

        yield start


@pytest.fixture(scope="module")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A `countersign serve --sandbox` that the tests of one module share."""
    with serve(tmp_path_factory.mktemp("server"), "--sandbox") as server:
        yield server
