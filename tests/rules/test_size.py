"""Sizes that can be held in the head."""

import statistics

from tests.rules.tree import SOURCE, escaped, functions, modules, named

LONGEST_MODULE = 400
LONG_FUNCTION = 25
LONGEST_FUNCTION = 60
SAYS_NOTHING = {"common", "helpers", "misc", "tools", "util", "utils"}


def test_no_module_is_longer_than_400_lines() -> None:
    """A longer one holds two subjects.

    Way round: `# escape module-length: reason` in the file.
    """
    found = [
        f"{named(path)} has {length} lines"
        for path in modules(SOURCE)
        if (length := path.read_text("utf-8").count("\n")) > LONGEST_MODULE
        if not escaped(path, "module-length")
    ]
    assert not found, "\n".join(found)


def test_nine_of_ten_functions_have_at_most_25_lines() -> None:
    """Good and painful code have the same median; they differ in the tail.

    Way round: none; one long function is allowed, a habit of them is not.
    """
    lengths = {
        f"{named(path)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in modules(SOURCE)
        for node in functions(path)
    }
    ninetieth = statistics.quantiles(lengths.values(), n=10)[-1]
    longest = sorted(lengths.items(), key=lambda item: -item[1])[:10]
    assert ninetieth <= LONG_FUNCTION, f"p90 is {ninetieth}; the longest are {longest}"


def test_no_function_is_longer_than_60_lines() -> None:
    """Beyond a screen nobody sees the whole.

    Way round: `# escape function-length: reason` in the file.
    """
    found = [
        f"{named(path)}:{node.lineno} {node.name} has {length} lines"
        for path in modules(SOURCE)
        for node in functions(path)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
        if not escaped(path, "function-length")
    ]
    assert not found, "\n".join(found)


def test_every_module_is_named_after_what_it_does() -> None:
    """A module named `utils` collects what nobody can find again.

    Way round: none; a better name always exists.
    """
    found = [named(path) for path in modules(SOURCE) if path.stem in SAYS_NOTHING]
    assert not found, "\n".join(found)
