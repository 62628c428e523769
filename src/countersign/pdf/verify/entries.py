"""Entries of dictionaries as pyHanko reads them: its own `get` does not follow references."""

from collections.abc import Collection, Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver

_AS_IT_IS = generic.EncryptedObjAccess.RAW
_STRUCTURE = ("/SE", "/SD")


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


def reachable(
    revision: HistoricalResolver, start: list[object], bounds: Collection[generic.Reference] = ()
) -> set[generic.Reference]:
    """All that is referred to from `start`, which is used up; with `bounds`, not what they or the
    logical structure refer to."""
    seen: set[generic.Reference] = set()
    while start:
        value = start.pop()
        if isinstance(value, generic.IndirectObject):
            if value.reference not in seen and value.reference not in bounds:
                start.append(revision(value.reference))
            seen.add(value.reference)
        elif isinstance(value, generic.DictionaryObject):
            keys = (key for key in value if not (bounds and key in _STRUCTURE))
            start.extend(value.raw_get(key, _AS_IT_IS) for key in keys)
        elif isinstance(value, generic.ArrayObject):
            start.extend(value.raw_get(index, _AS_IT_IS) for index in range(len(value)))
    return seen
