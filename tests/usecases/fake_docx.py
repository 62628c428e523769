"""DOCX files that are plain text after a mark, and PDFs of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from countersign.domain.errors import UnusableFile
from countersign.usecases.docx_port import Filled
from tests.usecases.fake_engine import pdf

MARK = b"docx:"
TAG = re.compile(r"\{\{([\w.-]+)\}\}")


class FakeDocx:
    def tags(self, data: bytes) -> tuple[str, ...]:
        return tuple(dict.fromkeys(TAG.findall(_text(data))))

    def fill(self, data: bytes, values: Mapping[str, str]) -> Filled:
        found = self.tags(data)
        made = TAG.sub(lambda match: values.get(match[1], ""), _text(data))
        return Filled(
            data=MARK + made.encode(),
            empty=tuple(name for name in found if name not in values),
            unused=tuple(name for name in values if name not in found),
        )


class FakeConverter:
    """`converted` is what it was given."""

    def __init__(self) -> None:
        self.converted: list[bytes] = []

    def to_pdf(self, data: bytes, name: str) -> bytes:
        _text(data, name)
        self.converted.append(data)
        return pdf()


def _text(data: bytes, name: str = "") -> str:
    if not data.startswith(MARK):
        raise UnusableFile("not_docx", "the file is no Word document (DOCX)", name)
    return data.removeprefix(MARK).decode()
