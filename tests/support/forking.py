"""A process that has loaded `countersign` and forks for every command that a test gives.

Python and the modules take a second of every `python -m countersign`, and the suite gives hundreds
of commands. Everything else is as in a shell: a process of its own with its own environment,
working directory, output and exit code. Run as `python -m tests.support.forking DESCRIPTOR`; the
commands come as messages of that socket, each with descriptors for output, errors and the report.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time

LONGEST = 1 << 17  # bytes of one message


def main() -> int:
    from countersign.__main__ import main as command

    door = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
    while True:
        message, descriptors, _flags, _address = socket.recv_fds(door, LONGEST, 3)
        if not message:
            return 0
        if os.fork() == 0:
            door.close()
            if _is_command(descriptors[2]):
                _become(json.loads(message), *descriptors)
                return command()
            os._exit(0)
        for each in descriptors:
            os.close(each)


def _is_command(report: int) -> bool:
    """True in a new process; here only when that has ended and its exit code was told."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    process = os.fork()
    if process == 0:
        return True
    os.write(report, f"{process}\n".encode())
    _process, status = os.waitpid(process, 0)
    os.write(report, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    return False


def _become(asked: dict[str, object], output: int, errors: int, report: int) -> None:
    arguments, environment, folder = asked["arguments"], asked["environment"], asked["folder"]
    assert isinstance(arguments, list)
    assert isinstance(environment, dict)
    os.dup2(output, 1)
    os.dup2(errors, 2)
    for each in (output, errors, report):
        os.close(each)
    os.chdir(str(folder))
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = ["countersign", *arguments]


if __name__ == "__main__":
    sys.exit(main())
