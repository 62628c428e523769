"""The master key and what is derived from it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from countersign.adapters.secrets import (
    BadMasterKey,
    CannotOpen,
    SecretBox,
    master_key,
    subkey,
)

KEY = bytes(range(32))


def test_the_master_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    made = master_key(path)
    assert len(made) == 32
    assert master_key(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["master.key"]


def test_those_who_start_at_once_agree_on_one_master_key(tmp_path: Path) -> None:
    for round in range(20):
        path = tmp_path / str(round) / "master.key"
        with ThreadPoolExecutor(8) as pool:
            keys = list(pool.map(master_key, [path] * 8))
        assert set(keys) == {path.read_bytes()}


def test_a_damaged_master_key_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(b"short")
    with pytest.raises(BadMasterKey, match=r"master\.key holds 5 bytes"):
        master_key(path)


def test_every_purpose_has_a_key_of_its_own_that_never_changes() -> None:
    assert subkey(KEY, "links") == subkey(KEY, "links")
    assert subkey(KEY, "links") != subkey(KEY, "answers")
    # Every link ever handed out depends on this value
    assert subkey(KEY, "links").hex().startswith("cef824ee6e0d82b9")


def test_what_is_closed_can_be_opened_again() -> None:
    box = SecretBox(KEY)
    assert box.open(box.close(b"token")) == b"token"
    assert box.close(b"token") != box.close(b"token")


@pytest.mark.parametrize(
    "spoiled",
    [b"", b"short", SecretBox(bytes(32)).close(b"token"), SecretBox(KEY).close(b"token")[:-1]],
    ids=["empty", "short", "another key", "cut"],
)
def test_what_was_closed_otherwise_is_refused(spoiled: bytes) -> None:
    with pytest.raises(CannotOpen):
        SecretBox(KEY).open(spoiled)
