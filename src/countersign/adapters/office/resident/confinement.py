"""What this process may still do, once LibreOffice is in it: read the system's libraries and fonts,
write its own folder, and nothing on any network.

Each measure holds without the others, since not every kernel or container allows all of them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import struct
import sys
from pathlib import Path

NEW_USER, NEW_NET = 0x10000000, 0x40000000
NO_NEW_PRIVILEGES = 38

# Landlock, see landlock(7): system calls, and rights by the version that brought them
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH = 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
TRUNCATE, IOCTL = 1 << 14, 1 << 15
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL
TCP = 0b11  # bind, connect
SCOPES = 0b11  # abstract sockets and signals of other processes

READABLE = (
    "/usr", "/lib", "/lib64", "/proc", "/sys/devices/system/cpu", "/var/cache/fontconfig",
    "/etc/fonts", "/etc/libreoffice", "/etc/ld.so.cache", "/etc/localtime", "/etc/passwd",
    "/etc/nsswitch.conf", "/var/lib/libreoffice", "/var/spool/libreoffice",
)  # fmt: skip

_libc = ctypes.CDLL(None, use_errno=True)


def confine(own: Path, program: Path, memory_bytes: int, file_bytes: int) -> list[str]:
    """Returns the measures against networks and foreign files that hold: "namespace", "landlock".
    To be called before there is a second thread."""
    _limit(memory_bytes, file_bytes)
    held = ["namespace"] if _without_network() else []
    _libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return held + (["landlock"] if _landlocked(own, program) else [])


def _limit(memory_bytes: int, file_bytes: int) -> None:
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 512),
    ):
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))


def _without_network() -> bool:
    """A network namespace of its own, in which even loopback is down."""
    user, group = os.getuid(), os.getgid()
    if user == 0 and _libc.unshare(NEW_NET) == 0:
        return True
    if _libc.unshare(NEW_USER | NEW_NET) != 0:
        return False
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    return True


def _landlocked(own: Path, program: Path) -> bool:
    version = _libc.syscall(CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    everything = (1 << (13, 14, 15, 15, 16)[min(version, 5) - 1]) - 1
    attributes = struct.pack("QQQ", everything, TCP, SCOPES)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _libc.syscall(CREATE_RULESET, attributes, size, 0)
    if rules < 0:
        return False
    read = EXECUTE | READ_FILE | READ_DIR
    # Python's own folders too: it loads its modules when they are first used
    for path in (*READABLE, str(program.parent), sys.prefix, sys.base_prefix):
        _allow(rules, path, read & everything)
    _allow(rules, "/dev", (read | WRITE_FILE) & everything)
    _allow(rules, str(own), everything)
    return bool(_libc.syscall(RESTRICT_SELF, rules, 0) == 0)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        rights &= ON_FILES
    _libc.syscall(ADD_RULE, rules, PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    os.close(place)
