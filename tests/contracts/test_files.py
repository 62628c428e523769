"""The port Files: bytes under the name of their content, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from countersign.adapters.files.local import FLAT, LocalFiles
from countersign.adapters.files.object_store import ObjectStoreFiles
from countersign.domain.document import FileRef
from countersign.domain.errors import NotFound, Unavailable
from countersign.usecases.file_ports import Files
from tests.contracts.threads import at_once
from tests.support.object_store import S3Endpoint
from tests.usecases.fakes import FakeFiles

pytestmark = pytest.mark.slow

MEBIBYTE = 1 << 20
MISSING = FileRef("ab" * 32, 3)


def stored_at(endpoint: S3Endpoint) -> str:
    options = f"endpoint={endpoint.url}&region={endpoint.region}&allow_http=true"
    keys = f"access_key_id={endpoint.access_key}&secret_access_key={endpoint.secret_key}"
    return f"s3://{endpoint.bucket}/some/prefix?{options}&{keys}"


def bucket_of(endpoint: S3Endpoint) -> S3Store:
    return S3Store(
        endpoint.bucket,
        endpoint=endpoint.url,
        region=endpoint.region,
        access_key_id=endpoint.access_key,
        secret_access_key=endpoint.secret_key,
        client_options={"allow_http": True},
    )


@pytest.fixture(params=["memory", "local", pytest.param("s3", marks=pytest.mark.slow)])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "memory":
        return FakeFiles()
    if request.param == "local":
        return LocalFiles(tmp_path / "files")
    return ObjectStoreFiles(stored_at(request.getfixturevalue("s3_endpoint")))


def test_what_was_put_is_read_under_the_name_of_its_content(files: Files) -> None:
    file = files.put(b"%PDF-1.7")
    assert file == FileRef(hashlib.sha256(b"%PDF-1.7").hexdigest(), 8)
    assert files.read(file) == b"%PDF-1.7"


def test_the_same_content_is_stored_once(files: Files) -> None:
    assert files.put(b"same") == files.put(b"same")
    assert files.read(files.put(b"same")) == b"same"


def test_an_empty_file_is_a_file(files: Files) -> None:
    file = files.put(b"")
    assert (file.size, files.read(file), b"".join(files.stream([file]))) == (0, b"", b"")


@pytest.mark.parametrize("size", [5, 20 * MEBIBYTE])
def test_a_staged_file_is_taken_over(files: Files, tmp_path: Path, size: int) -> None:
    staged, data = tmp_path / "staged", b"x" * size
    sha256 = hashlib.sha256(data).hexdigest()
    for _ in range(2):
        staged.write_bytes(data)
        assert files.adopt(staged, sha256) == FileRef(sha256, size)
        assert not staged.exists()
    assert files.read(FileRef(sha256, size)) == data


def test_what_is_written_aside_is_adopted_or_goes(files: Files) -> None:
    sha256 = hashlib.sha256(b"base").hexdigest()
    with files.aside() as path, files.aside() as other:
        assert path != other
        assert path.read_bytes() == b""
        path.write_bytes(b"base")
        other.write_bytes(b"half of it")
        assert files.adopt(path, sha256) == FileRef(sha256, 4)
    assert files.read(FileRef(sha256, 4)) == b"base"
    assert not path.exists()
    assert not other.exists()


def test_a_stored_file_can_be_read_as_a_local_one(files: Files) -> None:
    file = files.put(b"%PDF-1.7" * MEBIBYTE)
    with files.local(file) as path:
        assert path.read_bytes() == b"%PDF-1.7" * MEBIBYTE
    assert files.read(file) == b"%PDF-1.7" * MEBIBYTE


def test_a_file_that_is_not_there_is_not_found(files: Files) -> None:
    with pytest.raises(NotFound):
        files.read(MISSING)
    with pytest.raises(NotFound), files.local(MISSING):
        pass
    with pytest.raises(NotFound):
        b"".join(files.stream([files.put(b"here"), MISSING]))


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, None), (0, 0), (0, 3), (2, 4), (5, None), (6, 1), (11, 1), (11, 50), (12, None), (99, 1)],
)
def test_any_range_of_the_parts_is_streamed(files: Files, start: int, length: int | None) -> None:
    parts = [files.put(part) for part in (b"hello", b"", b" ", b"world!")]
    end = None if length is None else start + length
    assert b"".join(files.stream(parts, start, length)) == b"hello world!"[start:end]


def test_large_files_are_streamed_in_blocks(files: Files) -> None:
    data = bytes(range(256)) * (5 * MEBIBYTE // 256 + 1)
    parts = [files.put(data), files.put(b"end")]
    blocks = list(files.stream(parts, MEBIBYTE + 7))
    assert max(map(len, blocks)) <= MEBIBYTE
    assert b"".join(blocks) == (data + b"end")[MEBIBYTE + 7 :]


def test_those_who_put_the_same_at_once_do_not_disturb_each_other(files: Files) -> None:
    data = b"same" * 50_000
    assert set(at_once(6, lambda _: files.put(data))) == {files.put(data)}
    assert files.read(files.put(data)) == data


# ------------------------------------------------------------------ local


def everything_in(folder: Path) -> list[str]:
    found = sorted(path.name for path in folder.rglob("*") if path.is_file())
    return [name for name in found if name != FLAT]


def test_existing_content_is_not_written_again(tmp_path: Path) -> None:
    file = LocalFiles(tmp_path).put(b"same")
    path = tmp_path / file.sha256[:2] / file.sha256
    before = path.stat()
    LocalFiles(tmp_path).put(b"same")
    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_mtime_ns > before.st_mtime_ns, "it counts as just put"


def test_content_is_synced_before_it_has_its_name_and_its_name_before_put_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """obstore's own store of local files syncs nothing."""
    files, done = LocalFiles(tmp_path), []
    sync, rename = os.fsync, os.replace

    def synced(handle: int) -> None:
        done.append(f"sync {Path(os.readlink(f'/proc/self/fd/{handle}')).parent.name}")
        sync(handle)

    def renamed(old: str, new: Path) -> None:
        done.append(f"rename into {new.parent.name}")
        rename(old, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)
    folder = files.put(b"contract").sha256[:2]
    assert done == ["sync incoming", f"rename into {folder}", f"sync {tmp_path.name}"]


FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from countersign.adapters.files.local import LocalFiles
from countersign.domain.errors import Unavailable

files = LocalFiles(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    files.put(b"x" * 200_000)
except Unavailable as refused:
    print(refused)
small = files.put(b"small")
print(files.read(small))
"""


def test_contents_that_lay_deeper_are_found_by_all_who_start_at_once(tmp_path: Path) -> None:
    """As installations from before record 36 have them."""
    contents = [b"%d" % number for number in range(50)]
    for content in contents:
        name = hashlib.sha256(content).hexdigest()
        path = tmp_path / "files" / name[:2] / name[2:4] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    stores = at_once(4, lambda _: LocalFiles(tmp_path / "files"))
    for content in contents:
        file = FileRef(hashlib.sha256(content).hexdigest(), len(content))
        assert [store.read(file) for store in stores] == [content] * 4
    assert not [one for one in tmp_path.glob("files/??/??")]


def test_whoever_starts_is_not_stopped_by_what_another_finishes_meanwhile(tmp_path: Path) -> None:
    LocalFiles(tmp_path)
    old, gone = tmp_path / "incoming" / "old", tmp_path / "incoming" / "gone"
    old.write_bytes(b"half")
    os.utime(old, (0, 0))
    gone.symlink_to("nowhere")  # listed, and not there when it is looked at
    LocalFiles(tmp_path)
    assert not old.exists()


def test_a_full_disk_is_told_and_leaves_no_half_file(tmp_path: Path) -> None:
    """The kernel refuses to let a file of that process grow, as a full disk would."""
    done = subprocess.run(
        [sys.executable, "-c", FILL_THE_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    said, *answered = done.stdout.splitlines()
    assert "file_not_stored" in said
    assert answered == ["file store is not available at the moment", "b'small'"]
    assert everything_in(tmp_path) == [hashlib.sha256(b"small").hexdigest()]


def test_a_file_that_was_cut_short_is_not_passed_off_as_whole(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path)
    file = files.put(b"0123456789")
    (tmp_path / file.sha256[:2] / file.sha256).write_bytes(b"01234")
    with pytest.raises(OSError, match="shorter"):
        list(files.stream([file]))


# ------------------------------------------------------------------ object store


@pytest.mark.slow
def test_segments_are_not_fetched_again_for_the_next_act(s3_endpoint: S3Endpoint) -> None:
    files = ObjectStoreFiles(stored_at(s3_endpoint))
    file = files.put(b"x" * 20_000)
    key = f"some/prefix/{file.sha256[:2]}/{file.sha256[2:4]}/{file.sha256}"
    obstore.delete(bucket_of(s3_endpoint), key)
    assert sum(map(len, files.stream([file]))) == 20_000
    with pytest.raises(NotFound):
        ObjectStoreFiles(stored_at(s3_endpoint)).read(file)


def test_a_store_that_does_not_answer_is_unavailable() -> None:
    nobody = S3Endpoint("http://127.0.0.1:9", "bucket")
    with pytest.raises(Unavailable):
        ObjectStoreFiles(stored_at(nobody)).put(b"x")


def test_what_is_removed_is_gone_and_may_be_put_again(files: Files) -> None:
    file = files.put(b"to be removed")
    assert files.remove(file, timedelta(0))
    files.settle(file, is_used=False)
    with pytest.raises(NotFound):
        files.read(file)
    assert files.remove(file, timedelta(0))
    files.settle(file, is_used=False)
    assert files.read(files.put(b"to be removed")) == b"to be removed"


@pytest.mark.parametrize("kind", ["local", "s3"])
def test_what_was_put_again_a_moment_ago_stays(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "local":
        files: Files = LocalFiles(tmp_path / "files")
    else:
        files = ObjectStoreFiles(stored_at(request.getfixturevalue("s3_endpoint")))
    file = files.put(b"wanted again")
    assert files.put(b"wanted again") == file
    assert not files.remove(file, timedelta(hours=1))
    assert files.read(file) == b"wanted again"


def test_what_a_killed_process_had_put_aside_comes_back_when_it_was_put_again(
    tmp_path: Path,
) -> None:
    files = LocalFiles(tmp_path)
    file = files.put(b"touched, and then the process died")
    aside = tmp_path / "incoming" / f"removed-{file.sha256}"
    (tmp_path / file.sha256[:2] / file.sha256).rename(aside)
    assert not files.remove(file, timedelta(hours=1))
    assert files.read(file) == b"touched, and then the process died"
    assert not aside.exists()


@pytest.mark.parametrize("large", [False, True])
def test_what_an_object_store_lost_in_the_instant_of_removal_is_read_and_comes_back(
    s3_endpoint: S3Endpoint, large: bool
) -> None:
    """Somebody's repeated upload came between the look at the age and the deletion."""
    data = b"x" * (2 * MEBIBYTE if large else 20)
    file = ObjectStoreFiles(stored_at(s3_endpoint)).put(data)
    assert ObjectStoreFiles(stored_at(s3_endpoint)).remove(file, timedelta(0))
    assert b"".join(ObjectStoreFiles(stored_at(s3_endpoint)).stream([file])) == data
    assert ObjectStoreFiles(stored_at(s3_endpoint)).remove(file, timedelta(0))
    files = ObjectStoreFiles(stored_at(s3_endpoint))
    files.settle(file, is_used=True)
    key = f"some/prefix/{file.sha256[:2]}/{file.sha256[2:4]}/{file.sha256}"
    assert bytes(obstore.get(bucket_of(s3_endpoint), key).bytes()) == data
    files.settle(file, is_used=False)
    assert files.read(file) == data, "what is there is left alone"


def test_who_stores_in_the_instant_of_removal_finds_his_content(tmp_path: Path) -> None:
    """It is old, so it may go; whoever puts it again must read it from then on."""
    files = LocalFiles(tmp_path)
    data = b"wanted by one, removed by another"
    file = files.put(data)
    for _ in range(200):
        os.utime(tmp_path / file.sha256[:2] / file.sha256, (1, 1))

        def act(number: int) -> None:
            if number:
                files.put(data)
            else:
                files.remove(file, timedelta(hours=1))

        at_once(3, act)
        assert files.read(file) == data


def test_an_object_store_gives_what_was_stored_in_the_instant_of_removal(
    s3_endpoint: S3Endpoint,
) -> None:
    data = b"wanted by one, removed by another"
    for _ in range(10):
        files, other = (ObjectStoreFiles(stored_at(s3_endpoint)) for _ in range(2))
        file = files.put(data)
        at_once(
            2,
            lambda number: other.put(data) if number else files.remove(file, timedelta(0)),  # noqa: B023
        )
        assert ObjectStoreFiles(stored_at(s3_endpoint)).read(file) == data
        files.settle(file, is_used=True)
        assert ObjectStoreFiles(stored_at(s3_endpoint)).read(file) == data
