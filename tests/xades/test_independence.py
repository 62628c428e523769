"""Writer and verifier share no code: a fault of one must not be a blind spot of the other."""

from pathlib import Path

import pytest

import countersign.xades
from tests.rules.tree import imports

PACKAGE = Path(countersign.xades.__file__).parent
VERIFIER = sorted((PACKAGE / "verify").glob("*.py"))
WRITER = sorted(PACKAGE.glob("*.py"))


@pytest.mark.parametrize("path", VERIFIER, ids=lambda path: path.stem)
def test_the_verifier_imports_nothing_of_the_writer(path: Path) -> None:
    ours = {name for name in imports(path) if name.startswith("countersign")}
    assert not {name for name in ours if not name.startswith("countersign.xades.verify")}


@pytest.mark.parametrize("path", WRITER, ids=lambda path: path.stem)
def test_the_writer_needs_neither_the_verifier_nor_a_parser(path: Path) -> None:
    names = set(imports(path))
    assert not {name for name in names if name.startswith(("countersign.xades.verify", "lxml"))}
