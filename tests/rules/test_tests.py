"""Rules about the tests: they say what they claim, use real parts, and do not skip in silence."""

import re

from tests.rules.tree import TESTS, escaped, functions, imports, modules, named

SILENT_SKIP = re.compile(r"pytest\.(skip|importorskip|xfail|mark\.(skip|skipif|xfail))\b")
WORDS = 3


def test_every_test_is_named_by_a_sentence() -> None:
    """The list of names is read as the list of what is promised.

    Way round: none; three words are always found.
    """
    found = [
        f"{named(path)}: {node.name}"
        for path in modules(TESTS)
        if path.name.startswith("test_")
        for node in functions(path)
        if node.name.startswith("test_") and len(node.name.split("_")) <= WORDS
    ]
    assert not found, "\n".join(found)


def test_a_missing_part_is_told_in_one_way_only() -> None:
    """`require_tool` and `missing_part` turn into failures under COUNTERSIGN_REQUIRE_ALL=1; another
    kind of skip would stay green there.

    Way round: `# escape skip: reason` in the file.
    """
    found = [
        f"{named(path)}:{number}: {line.strip()}"
        for path in modules(TESTS)
        if path.parent.name not in ("support", "rules") and not escaped(path, "skip")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if SILENT_SKIP.search(line)
    ]
    assert not found, "\n".join(found)


def test_tests_use_real_parts_instead_of_mocks() -> None:
    """A mock agrees with whatever the code believes of the world.

    Way round: `# escape mock: reason` in the file.
    """
    found = [
        named(path)
        for path in modules(TESTS)
        if any(name.startswith(("unittest.mock", "mock", "pytest_mock")) for name in imports(path))
        if not escaped(path, "mock")
    ]
    assert not found, "\n".join(found)
