"""Entries of dictionaries as pyHanko reads them: its own `get` does not follow references."""

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic


def entry(dictionary: object, key: str) -> Any:
    """The value of an entry, wherever it lies; None when there is none, or no dictionary."""
    if not isinstance(dictionary, generic.DictionaryObject) or key not in dictionary:
        return None
    return dictionary.get_and_apply(key, lambda value: value)


def elements(dictionary: object, key: str) -> list[Any]:
    """What stands in an array, references as they are; empty when there is none."""
    value = entry(dictionary, key)
    return list(value) if isinstance(value, generic.ArrayObject) else []


def references(dictionary: object, key: str) -> Iterator[generic.Reference]:
    """The references in an array."""
    for one in elements(dictionary, key):
        if isinstance(one, generic.IndirectObject):
            yield one.reference


def raw_reference(dictionary: Any, key: str) -> generic.Reference | None:
    """Where the value of an entry lies, when it is not in the dictionary itself."""
    raw = dictionary.raw_get(key) if key in dictionary else None
    return raw.reference if isinstance(raw, generic.IndirectObject) else None


def own_widgets(field: object) -> Iterator[generic.Reference]:
    """The kids of a field that are no fields of their own."""
    for kid in references(field, "/Kids"):
        if entry(kid.get_object(), "/T") is None:
            yield kid
