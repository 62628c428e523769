"""Writes docs/operate/settings.md from settings.py: `python -m tests.rules.settings_page`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

from countersign import settings

PAGE = Path(__file__).parents[2] / "docs/operate/settings.md"
HEAD = """\
# Settings

Each is a variable `COUNTERSIGN_…`, or a line in a TOML file that `COUNTERSIGN_CONFIG` names (in
small letters, without the prefix). A variable wins over the file, a command's option over both.
`COUNTERSIGN_…_FILE` names a file that holds the value: for secrets. A name that does not exist is
an error. This page is made from `settings.py`.

| variable | default | meaning |
|---|---|---|
"""


def page() -> str:
    return HEAD + "".join(_rows())


def _rows() -> Iterator[str]:
    documented = dict(_documented())
    for field in fields(settings.Settings):
        default = field.default
        shown = " ".join(default) if isinstance(default, tuple) else str(default)
        variable = f"{settings.PREFIX}{field.name.upper()}"
        yield f"| `{variable}` | {f'`{shown}`' if shown else '–'} | {documented[field.name]} |\n"


def _documented() -> Iterator[tuple[str, str]]:
    """Each attribute with the string below it."""
    tree = ast.parse(Path(settings.__file__).read_text("utf-8"))
    (body,) = (
        node.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == "Settings"
    )
    for attribute, text in pairwise(body):
        if isinstance(attribute, ast.AnnAssign) and isinstance(text, ast.Expr):
            assert isinstance(attribute.target, ast.Name)
            assert isinstance(text.value, ast.Constant)
            yield attribute.target.id, " ".join(str(text.value.value).split())


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
