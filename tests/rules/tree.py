"""The project's files as the rules read them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "countersign"
TESTS = ROOT / "tests"


def modules(*folders: Path) -> list[Path]:
    """Every Python file below these folders."""
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def named(path: Path) -> str:
    """How a failure names a file."""
    return path.relative_to(ROOT).as_posix()


def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def escaped(path: Path, rule: str) -> bool:
    """Whether the file says openly that a rule does not fit it: `# escape RULE: the reason`."""
    return re.search(rf"# escape {rule}: \S", path.read_text("utf-8")) is not None


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports by its full name, wherever in the file."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def dotted_names(path: Path) -> Iterator[str]:
    """Every `a.b` that a file mentions, such as `os.environ`."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
