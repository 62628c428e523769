"""Argon2id, also where the machine has no memory for it."""

from __future__ import annotations

import multiprocessing
import resource
from multiprocessing.connection import Connection

import pytest

from countersign.adapters.passwords import Argon2Passwords
from countersign.domain.errors import Unavailable

PASSWORD = "wooden boats in grey rain"
TOO_LITTLE = 32 << 20  # bytes beside what the process has; one hash takes 64 MiB


def test_only_the_password_itself_fits() -> None:
    passwords = Argon2Passwords()
    hashed = passwords.hash(PASSWORD)
    assert passwords.fits(hashed, PASSWORD)
    assert not passwords.fits(hashed, "another one")
    assert not passwords.fits("", PASSWORD)
    assert not passwords.fits("not a hash", PASSWORD)


@pytest.mark.parametrize("act", ["fits", "hash"])
def test_without_memory_nobody_is_told_that_a_password_is_wrong(act: str) -> None:
    ours, theirs = multiprocessing.Pipe()
    hashed = Argon2Passwords().hash(PASSWORD)
    process = multiprocessing.get_context("fork").Process(target=_try, args=(act, hashed, theirs))
    process.start()
    assert ours.poll(30), "no answer"
    assert ours.recv() == "memory for a password is not available at the moment"
    process.join()


def _try(act: str, hashed: str, answer: Connection) -> None:
    with open("/proc/self/statm", encoding="ascii") as statm:
        has = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (has + TOO_LITTLE, has + TOO_LITTLE))
    passwords = Argon2Passwords()
    try:
        answer.send(passwords.fits(hashed, PASSWORD) if act == "fits" else passwords.hash(PASSWORD))
    except Unavailable as problem:
        answer.send(str(problem))
