"""What is wrong with single values of a body, in this vendor's sentences."""

from __future__ import annotations

from collections.abc import Mapping

from countersign.domain.phone import EXPECTED
from countersign.httpkit import BadField, Refusal

PEOPLE, PAPERS = "recipients", "documents"
LISTS: Mapping[str, str] = {PEOPLE: "Recipient", PAPERS: "Document", "tags": "Tag"}
ABSENT = ("missing", "string_too_short")
# By pydantic's types of errors, with the names of what it tells about each
RULES: Mapping[str, str] = {
    "less_than_equal": "{le} at most",
    "greater_than_equal": "{ge} at least",
    "string_too_long": "{max_length} characters at most",
    "literal_error": "one of {expected}",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "list_type": "a list",
}


def described(problem: Refusal) -> str:
    """One sentence: that of the first value which is wrong, in the order of the API's documents."""
    if problem.status == 415:
        return f"Content-Type must be {problem.headers.get('Accept', '')}"
    if not problem.fields:
        return problem.why[:1].upper() + problem.why[1:]
    return _sentence(problem.fields[0])


def _sentence(bad: BadField) -> str:
    if not bad.path:
        return "Body must be a JSON object"
    name = str(bad.path[0])
    if len(bad.path) == 1:
        return _of_whole(name, bad)
    if name in LISTS and isinstance(bad.path[1], int):
        return _of_one(name, bad)
    return f"Invalid {'.'.join(map(str, bad.path))}{_rule(bad)}"


def _of_whole(name: str, bad: BadField) -> str:
    if bad.kind in ABSENT or (bad.kind == "too_short" and name in LISTS):
        return f"Missing {name}"
    if bad.kind == "too_long" and bad.context:
        return f"Too many {name}: at most {bad.context['max_length']}"
    return f"Invalid {name}{_rule(bad)}"


def _of_one(name: str, bad: BadField) -> str:
    one = f"{LISTS[name]} {bad.path[1]}"
    if len(bad.path) == 2:
        return f"{one}: must be an object"
    field = ".".join(map(str, bad.path[2:]))
    if bad.kind in ABSENT:
        return f"{one}: {field} is required"
    rule = f", {EXPECTED}" if field == "phone" else _rule(bad)
    return f"{one}: invalid {field}{rule}"


def _rule(bad: BadField) -> str:
    """What would be good, where that can be said in a few words."""
    words = RULES.get(bad.kind)
    return f": {words.format(**(bad.context or {}))}" if words else ""
