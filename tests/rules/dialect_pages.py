"""The table of calls on each page of docs/dialects, made from the declarations that serve them.

`python -m tests.rules.dialect_pages` writes it again after a change.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from countersign.app import DIALECTS
from countersign.dialects import Dialect
from countersign.httpkit import Operation, Runtime
from countersign.usecases.ports import Ports
from tests.rules.tree import ROOT

BEGIN = "<!-- calls: made by `python -m tests.rules.dialect_pages` -->"
END = "<!-- end of calls -->"


class _Undriven:
    """Stands for the ports of an application that is built and never called."""

    def __getattr__(self, _name: str) -> Any:
        return self


def page_of(dialect: Dialect) -> Path:
    return ROOT / "docs" / "dialects" / f"{dialect.name}.md"


def with_calls(dialect: Dialect, page: str) -> str:
    """The page with its table as it must be."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{_table(dialect)}\n{END}{after}"


def _table(dialect: Dialect) -> str:
    ports = cast(Ports, _Undriven())
    built = dialect.build(ports, Runtime(Path("unused"), handler_threads=1), largest_file=1)
    rows = [_row(each) for each in built.operations if each.documented]
    return "\n".join(["| call | does | answers | refuses |", "|---|---|---|---|", *rows])


def _row(operation: Operation) -> str:
    does = operation.doc.partition("\n")[0].rstrip(".")
    answers = ", ".join(str(each.status) for each in operation.successes)
    refuses = ", ".join(sorted({str(each.status) for each in operation.failures}))
    return f"| `{operation.title}` | {does} | {answers} | {refuses} |"


if __name__ == "__main__":
    for each in DIALECTS:
        path = page_of(each)
        path.write_text(with_calls(each, path.read_text("utf-8")), "utf-8")
