"""How a command says that it could not do what it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from countersign.adapters.database.migrations import NewerDatabase
from countersign.adapters.keys.material import KeysUnusable
from countersign.adapters.secrets import BadMasterKey
from countersign.domain.errors import DomainError, Invalid


class Failure(Exception):
    """The command ends with exit code 2 and this text."""


@contextmanager
def explained() -> Iterator[None]:
    """Turns the core's errors into a `Failure` that names what is wrong."""
    try:
        yield
    except Invalid as problem:
        details = "".join(f"\n  {field}: {why}" for field, why in problem.fields.items())
        raise Failure(f"{problem}{details}") from None
    except (DomainError, KeysUnusable, BadMasterKey, NewerDatabase) as problem:
        raise Failure(str(problem)) from None
