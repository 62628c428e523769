"""What sending to many needs of the outside: files of rows, and somebody who makes an envelope of a
row in the words of an API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from countersign.domain.account import Caller
from countersign.domain.form import Form
from countersign.domain.task import Visitor
from countersign.domain.template import Template
from countersign.usecases.ports import Ports
from countersign.usecases.send_envelope import SendEnvelope


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTable:
    """Headings, and the lines below them by their number in the file, each as long as the headings.
    Empty lines are left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


class RowFiles(Protocol):
    def read(self, data: bytes) -> RowTable:
        """CSV in any usual encoding and with any usual separator, or XLSX: its first sheet, of
        which formulas count as what they said when the file was saved. Raises Invalid, and
        Unavailable when a file takes too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledRow:
    """A row that is to become an envelope; `people` are names and addresses, for a template in the
    order of its roles; `values` are by the names of tags."""

    caller: Caller
    source: Template | Form
    title: str
    language: str
    people: tuple[tuple[str, str], ...]
    values: Mapping[str, str] = field(default_factory=dict)
    sender: Visitor = field(default_factory=Visitor)


class RowSender(Protocol):
    """Of one API; `languages` are those that people can be written to."""

    languages: tuple[str, ...]

    def checker(self, source: Template | Form, ports: Ports) -> Callable[[FilledRow], None]:
        """Says of many rows of one source whether `command` would take them, as far as can be known
        without making anything: raises Invalid."""

    def command(self, row: FilledRow, ports: Ports) -> SendEnvelope:
        """Raises Invalid, Forbidden, UnusableFile, Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batching:
    """`senders` by the API whose envelopes they make; templates are of `template_origin`, new forms
    of `form_origin`."""

    files: RowFiles
    senders: Mapping[str, RowSender]
    template_origin: str
    form_origin: str
