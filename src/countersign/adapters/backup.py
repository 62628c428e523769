"""One archive with everything that makes an installation: database, files, keys.

Files are content-addressed and never change, so a copy of the database taken first can only name
files that the copy of the files, taken after it, has.
"""

from __future__ import annotations

import os
import sqlite3
import tarfile
import tempfile
from contextlib import closing, suppress
from pathlib import Path

DATABASE = "countersign.db"
FOLDERS = ("keys", "files")
UNFINISHED = "incoming"  # among the files


class NotPossible(Exception):
    """The archive can't be written or read; the text says why."""


def back_up(data: Path, archive: Path) -> int:
    """Writes `archive` from the installation in `data`, which may be running. Returns its size in
    bytes. Raises NotPossible; then no archive is left."""
    if not (data / "keys").is_dir():
        raise NotPossible(f"there is no installation in {data}")
    aside = archive.with_name(archive.name + ".part")
    try:
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w") as tar:
                _add_database(data, tar)
                for folder in FOLDERS:
                    if (data / folder).exists():
                        _add_folder(data / folder, folder, tar)
            out.flush()
            os.fsync(out.fileno())
        aside.replace(archive)
    except OSError as problem:
        aside.unlink(missing_ok=True)
        where = archive if problem.filename in (None, str(aside)) else problem.filename
        raise NotPossible(f"{where}: {problem.strerror}") from None
    return archive.stat().st_size


def _add_database(data: Path, tar: tarfile.TarFile) -> None:
    """SQLite's own online copy: consistent, whoever is writing. Without a file there is another
    kind of database, which has tools of its own."""
    if not (data / DATABASE).exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / DATABASE
        source, target = sqlite3.connect(data / DATABASE), sqlite3.connect(copy)
        with closing(source), closing(target):
            source.backup(target)
        tar.add(copy, DATABASE)


def _add_folder(folder: Path, name: str, tar: tarfile.TarFile) -> None:
    """What vanishes meanwhile was being written, or was erased: the copy of the database does not
    name it, or names what nobody may have any more."""
    tar.add(folder, name, recursive=False)
    for place, folders, files in os.walk(folder, onerror=_unreadable):
        folders[:] = sorted(set(folders) - {UNFINISHED})
        for each in (*folders, *sorted(files)):
            path = Path(place) / each
            with suppress(FileNotFoundError):
                tar.add(path, Path(name) / path.relative_to(folder), recursive=False)


def _unreadable(problem: OSError) -> None:
    if not isinstance(problem, FileNotFoundError):
        raise problem


def restore(archive: Path, data: Path) -> None:
    """Unpacks into `data`, which must be empty or absent. Raises NotPossible."""
    if data.exists() and any(data.iterdir()):
        raise NotPossible(f"{data} is not empty")
    try:
        with tarfile.open(archive) as tar:
            _check_names(tar)
            data.mkdir(parents=True, exist_ok=True, mode=0o700)
            tar.extractall(data, filter="data")
            _close_keys(data / "keys")
    except tarfile.ReadError:
        raise NotPossible(f"{archive} is no archive, or only a part of one") from None
    except OSError as problem:
        raise NotPossible(f"{archive}: {problem.strerror or problem}") from None
    except tarfile.TarError as problem:
        raise NotPossible(f"{archive}: {problem}") from None


def _close_keys(keys: Path) -> None:
    """That filter keeps the modes of files, not of folders."""
    for folder in (keys, *(each for each in keys.rglob("*") if each.is_dir())):
        folder.chmod(0o700)


def _check_names(tar: tarfile.TarFile) -> None:
    tops = {Path(name).parts[0] for name in tar.getnames() if name}
    if "keys" not in tops or tops - {DATABASE, *FOLDERS}:
        raise NotPossible("this is not a backup of Countersign")
