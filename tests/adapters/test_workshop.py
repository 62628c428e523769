"""The processes beside the server live as long as it does, and no longer."""

import resource
import subprocess
import sys
from contextlib import closing, suppress

import psutil
import pytest

from countersign.adapters.workshop import MEMORY, Workshop
from countersign.domain.errors import Unavailable
from tests.support.processes import wait_until

KILLED_SERVER = """
import os, signal
from countersign.adapters.workshop import Workshop

if __name__ == "__main__":
    print(Workshop().run(os.getpid), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_no_process_outlives_a_server_that_was_killed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED_SERVER], capture_output=True, text=True, timeout=60
    )
    worker = int(done.stdout)
    wait_until(lambda: not _is_running(worker), "the end of the worker", patience=10)


def _is_running(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def test_no_file_takes_all_the_memory_of_the_machine() -> None:
    """What unpacks to more than there may be costs that piece of work, and no process."""
    with closing(Workshop(1)) as workshop:
        bound, _ = workshop.run(resource.getrlimit, resource.RLIMIT_AS)
        assert 0 < bound <= MEMORY
        with pytest.raises(Unavailable):
            workshop.run(b"x".__mul__, MEMORY)
        assert workshop.run(abs, -1) == 1
