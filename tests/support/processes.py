"""Start a program, wait until it serves, stop it by its own handle."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator

PATIENCE = 30.0  # seconds until a server that does not come up is given up


@contextlib.contextmanager
def stopped_at_exit(process: subprocess.Popen[str], *, patience: float = 10) -> Iterator[None]:
    """Ask the process to end when the block is left, and end it when it does not."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(ready: Callable[[], bool], what: str, *, patience: float = PATIENCE) -> None:
    """Poll until `ready`; raise TimeoutError that names `what` after `patience` seconds."""
    end = time.monotonic() + patience
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} took longer than {patience:.0f} s")
        time.sleep(0.02)


def accepts_connections(port: int) -> bool:
    """Whether something listens on this loopback port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
