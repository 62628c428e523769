"""Writer and verifier share no code: a fault of one must not be a blind spot of the other."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import countersign.pdf

PACKAGE = Path(countersign.pdf.__file__).parent
SHARED = {
    "countersign.pdf.errors",  # what an unusable file is called
    "countersign.pdf.inspect",  # reads any upload; knows neither grammar nor signatures
}
VERIFIER = sorted((PACKAGE / "verify").rglob("*.py"))
OTHERS = sorted(path for path in PACKAGE.rglob("*.py") if path not in VERIFIER)


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_ours(module: str) -> bool:
    return module == "countersign" or module.startswith("countersign.")


def is_allowed(module: str) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in SHARED)


@pytest.mark.parametrize("path", VERIFIER, ids=lambda path: path.stem)
def test_the_verifier_imports_nothing_of_the_writer(path: Path) -> None:
    foreign = {
        module
        for module in imports_of(path)
        if is_ours(module) and not module.startswith("countersign.pdf.verify")
    }
    assert not {module for module in foreign if not is_allowed(module)}


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_writer_imports_nothing_of_the_verifier(path: Path) -> None:
    assert not [m for m in imports_of(path) if m.startswith("countersign.pdf.verify")]


def test_the_shared_modules_import_nothing_of_either() -> None:
    for module in SHARED:
        path = PACKAGE / f"{module.rsplit('.', 1)[1]}.py"
        ours = {name for name in imports_of(path) if is_ours(name)}
        allowed = SHARED | {"countersign.pdf.pagebox"}
        assert not [n for n in ours if not any(n == a or n.startswith(f"{a}.") for a in allowed)]


def test_the_table_is_not_empty() -> None:
    assert len(VERIFIER) > 15
    assert len(OTHERS) > 15
