"""Files in an object store that speaks S3."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import obstore
import structlog
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import S3Store

from countersign.adapters.caching import Recent
from countersign.adapters.files.ranges import BLOCK, slices
from countersign.domain.document import FileRef
from countersign.domain.errors import NotFound, Unavailable
from countersign.turns import waiting

REMEMBERED = 16 << 20  # bytes of segments, which the next act hashes again
SMALL = 1 << 20  # bytes; larger ones are not remembered
ONE_REQUEST = 16 << 20  # bytes; larger ones are sent in parts
FRESH = timedelta(minutes=30)  # older ones are stored anew, in case they are about to go
RETRIES: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=15)}
LOOK_AFTER_IT = (
    "see that the store of COUNTERSIGN_FILES_URL answers and takes these credentials; people try"
    " again, and jobs go on by themselves"
)

log = structlog.get_logger(__name__)


class ObjectStoreFiles:
    """The port Files, at `s3://bucket/prefix`. Keys and region come from the usual AWS variables;
    the address may carry `endpoint`, `region` and other settings of obstore, and
    `allow_http=true`. Raises Unavailable when the store does not answer or refuses."""

    def __init__(self, url: str) -> None:
        self._store = _open(url)
        self._recent: Recent[bytes] = Recent(REMEMBERED, len)

    def put(self, data: bytes) -> FileRef:
        file = FileRef(hashlib.sha256(data).hexdigest(), len(data))
        self._create(file, data)
        self._remember(file, data)
        return file

    def adopt(self, path: Path, sha256: str) -> FileRef:
        file = FileRef(sha256, path.stat().st_size)
        self._create(file, path)
        path.unlink()
        return file

    @contextmanager
    def aside(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="countersign-") as folder:
            path = Path(folder) / "aside"
            path.touch()
            yield path

    @contextmanager
    def local(self, file: FileRef) -> Iterator[Path]:
        with self.aside() as path:
            with path.open("wb") as out:
                out.writelines(self.stream([file]))
            yield path

    def read(self, file: FileRef) -> bytes:
        found = self._recent.get(file.sha256)
        if found is None:
            with _translated(file), waiting():
                found = bytes(self._got(file).bytes())
            self._remember(file, found)
        return found

    def remove(self, file: FileRef, unless_within: timedelta) -> bool:
        """Whoever stores it anew between the look at its age and the deletion finds it among what
        is kept aside."""
        with _translated(file), waiting():
            if self._is_younger(file, unless_within):
                return False
            with suppress(FileNotFoundError, NotFoundError):
                obstore.copy(self._store, _key(file), _aside_key(file))
            obstore.delete(self._store, _key(file))
        self._recent.forget(file.sha256)
        return True

    def settle(self, file: FileRef, *, is_used: bool) -> None:
        with _translated(file), waiting():
            if is_used:
                self._bring_back(file)
            obstore.delete(self._store, _aside_key(file))

    def _bring_back(self, file: FileRef) -> bool:
        """False when it was not kept aside. Whoever stores it meanwhile stores the same."""
        try:
            obstore.copy(self._store, _aside_key(file), _key(file))
        except (FileNotFoundError, NotFoundError):
            return False
        return True

    def _is_younger(self, file: FileRef, span: timedelta) -> bool:
        try:
            stored = obstore.head(self._store, _key(file))["last_modified"]
        except (FileNotFoundError, NotFoundError):
            return False
        return datetime.now(UTC) - stored < span

    def stream(
        self, parts: Sequence[FileRef], start: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        for part, at, count in slices(parts, start, length):
            if part.size <= SMALL:
                yield self.read(part)[at : at + count]
            else:
                yield from self._blocks(part, at, count)

    def _blocks(self, file: FileRef, at: int, count: int) -> Iterator[bytes]:
        with _translated(file):
            found = self._got(file, {"range": (at, at + count)})
            for chunk in found.stream(min_chunk_size=BLOCK):
                view = memoryview(chunk)
                for first in range(0, len(view), BLOCK):
                    yield bytes(view[first : first + BLOCK])

    def _got(self, file: FileRef, options: Any = None) -> Any:
        try:
            return obstore.get(self._store, _key(file), options=options)
        except (FileNotFoundError, NotFoundError):
            if not self._bring_back(file):
                raise
            return obstore.get(self._store, _key(file), options=options)

    def _create(self, file: FileRef, content: bytes | Path) -> None:
        with _translated(file), waiting():
            if file.size > ONE_REQUEST:
                if not self._is_younger(file, FRESH):
                    obstore.put(self._store, _key(file), content)
                return
            try:
                obstore.put(self._store, _key(file), content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                if not self._is_younger(file, FRESH):
                    obstore.put(self._store, _key(file), content)

    def _remember(self, file: FileRef, data: bytes) -> None:
        if len(data) <= SMALL:
            self._recent.put(file.sha256, data)


@contextmanager
def _translated(file: FileRef) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotFoundError):
        raise NotFound("file", file.sha256) from None
    except BaseError as problem:
        log.error("object_store_failed", error=type(problem).__name__, do=LOOK_AFTER_IT)
        raise Unavailable("file store") from problem


def _key(file: FileRef) -> str:
    return f"{file.sha256[:2]}/{file.sha256[2:4]}/{file.sha256}"


def _aside_key(file: FileRef) -> str:
    return f"removed/{file.sha256}"


def _open(url: str) -> S3Store:
    """Raises ValueError for a URL that names no bucket."""
    parsed = urlsplit(url)
    if parsed.scheme != "s3" or not parsed.hostname:
        raise ValueError("an object store is given as s3://bucket/prefix")
    given: dict[str, Any] = dict(parse_qsl(parsed.query))
    allow_http = given.pop("allow_http", "false").lower() == "true"
    return S3Store.from_url(
        parsed._replace(query="").geturl(),
        config=given,  # type: ignore[arg-type]
        client_options={"allow_http": allow_http},
        retry_config=RETRIES,
    )
