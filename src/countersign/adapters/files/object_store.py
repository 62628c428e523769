"""Files in an object store that speaks S3."""

from __future__ import annotations

import hashlib
import math
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import S3Store

from countersign.adapters.caching import Recent
from countersign.adapters.files.ranges import BLOCK, slices
from countersign.domain.document import FileRef
from countersign.domain.errors import NotFound, Unavailable
from countersign.turns import waiting

REMEMBERED = 16 << 20  # bytes of segments, which the next act hashes again
SMALL = 1 << 20  # bytes; larger ones are not remembered
FRESH = 1800.0  # seconds for which a file counts as just put
ONE_REQUEST = 16 << 20  # bytes; larger ones are sent in parts
RETRIES: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=15)}


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

    def renew(self, file: FileRef) -> None:
        if self.idle(file) > FRESH:
            self._overwrite(file, b"".join(self.stream([file])))

    def idle(self, file: FileRef) -> float:
        with _translated(file), waiting():
            try:
                changed = obstore.head(self._store, _key(file))["last_modified"]
            except (FileNotFoundError, NotFoundError):
                return math.inf
        return time.time() - changed.timestamp()

    def remove(self, file: FileRef, idle: float = 0.0) -> bool:
        """Between looking and removing there is a moment in which somebody could put it, who has
        not done so for `idle` seconds."""
        if self.idle(file) < idle:
            return False
        with _translated(file), suppress(NotFound), waiting():
            obstore.delete(self._store, _key(file))
        return True

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
                found = bytes(obstore.get(self._store, _key(file)).bytes())
            self._remember(file, found)
        return found

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
            found = obstore.get(self._store, _key(file), options={"range": (at, at + count)})
            for chunk in found.stream(min_chunk_size=BLOCK):
                view = memoryview(chunk)
                for first in range(0, len(view), BLOCK):
                    yield bytes(view[first : first + BLOCK])

    def _create(self, file: FileRef, content: bytes | Path) -> None:
        """What is there already is written again when it is not fresh: see `remove`."""
        if file.size > ONE_REQUEST:
            if self.idle(file) > FRESH:
                self._overwrite(file, content)
            return
        with _translated(file), waiting():
            try:
                obstore.put(self._store, _key(file), content, mode="create", use_multipart=False)
                return
            except AlreadyExistsError:
                pass
        if self.idle(file) > FRESH:
            self._overwrite(file, content)

    def _overwrite(self, file: FileRef, content: bytes | Path) -> None:
        with _translated(file), waiting():
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
        raise Unavailable("file store") from problem


def _key(file: FileRef) -> str:
    return f"{file.sha256[:2]}/{file.sha256[2:4]}/{file.sha256}"


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
