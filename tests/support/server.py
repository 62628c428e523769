"""Countersign itself, started the way its users start it."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.network import free_port
from tests.support.processes import stopped_at_exit, wait_until

READY = "Countersign is ready at "


@dataclass
class RunningServer:
    """A running `countersign serve`: where it answers, where its data is, what it has said."""

    url: str
    data: Path
    process: subprocess.Popen[str]
    output: list[str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run another countersign command on this server's data."""
        return subprocess.run(
            [sys.executable, "-m", "countersign", *command, "--data", str(self.data)],
            check=True, capture_output=True, text=True, env=_environment({}), timeout=60,
        )  # fmt: skip

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL, no goodbye."""
        self.process.kill()
        self.process.wait()


StartServer = Callable[..., RunningServer]


@contextlib.contextmanager
def serve(
    data: Path, *arguments: str, settings: dict[str, str] | None = None
) -> Iterator[RunningServer]:
    """Run `countersign serve --data DATA ARGUMENTS…` on a free port until the block is left.

    `settings` become COUNTERSIGN_… variables: `{"SMTP_URL": "smtp://…"}`. The ones of the person
    who runs the tests are not passed on.
    """
    port = free_port()
    command = [sys.executable, "-m", "countersign", "serve", "--data", str(data)]
    process = subprocess.Popen(
        [*command, "--port", str(port), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=_environment(settings or {}),
    )  # fmt: skip
    server = RunningServer(f"http://127.0.0.1:{port}", data, process, [])
    with stopped_at_exit(process), _collected(server):
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
        server.process.terminate()
        reader.join()


def _collect(server: RunningServer) -> None:
    assert server.process.stdout is not None
    for line in server.process.stdout:
        server.output.append(line)


def _environment(settings: dict[str, str]) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("COUNTERSIGN_")}
    return inherited | {f"COUNTERSIGN_{name}": value for name, value in settings.items()}


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Start servers: `start_server("--sandbox", data=…, settings={…})`; all end with the test."""
    with contextlib.ExitStack() as stack:

        def start(
            *arguments: str, data: Path | None = None, settings: dict[str, str] | None = None
        ) -> RunningServer:
            where = data or tmp_path / "data"
            return stack.enter_context(serve(where, *arguments, settings=settings))

        yield start


@pytest.fixture(scope="module")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A `countersign serve --sandbox` that the tests of one module share."""
    with serve(tmp_path_factory.mktemp("server"), "--sandbox") as server:
        yield server
