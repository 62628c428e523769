"""Pictures that travel inside a mail (RFC 2392). Mail programs fetch none from elsewhere until
their reader allows it, and fetching would tell who reads what, and when."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable

from countersign.domain.document import FileRef

# What a template writes: quotes in the words of people are escaped there, so none can forge it
_SOURCE = re.compile(r'src="cid:(?P<sha256>[\w-]{43})\.(?P<size>\d{1,9})@logo"')


def content_id(file: FileRef) -> str:
    """The name of a stored picture inside a mail, without angle brackets. It says which file it is,
    so that nothing else has to be kept until the mail is sent; and it fits into a header's line,
    as some mail programs do not find one that is folded."""
    digest = urlsafe_b64encode(bytes.fromhex(file.sha256)).rstrip(b"=").decode()
    return f"{digest}.{file.size}@logo"


def inline_images(html: str) -> tuple[FileRef, ...]:
    """The stored pictures that a mail shows, each once."""
    found = (_file(match) for match in _SOURCE.finditer(html))
    return tuple(dict.fromkeys(found))


def with_images(html: str, source: Callable[[FileRef], str]) -> str:
    """The same mail with `source(file)` as the address of each picture."""
    return _SOURCE.sub(lambda match: f'src="{source(_file(match))}"', html)


def _file(match: re.Match[str]) -> FileRef:
    return FileRef(urlsafe_b64decode(match["sha256"] + "=").hex(), int(match["size"]))
