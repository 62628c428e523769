"""A writer that cheats: it puts more into a revision than it should, and signs it honestly."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from unittest.mock import patch  # escape mock: the real writer offers no place to cheat at

from countersign import pdf
from countersign.pdf.update import Update
from tests.pdf.chain import Chain

# By name: the package's attributes of these names are the functions
ACT = import_module("countersign.pdf.act")
SEAL = import_module("countersign.pdf.seal")

Tamper = Callable[[Update], None]


def unsigned_revision(chain: Chain, tamper: Tamper) -> bytes:
    """A well-formed revision that nobody signed."""
    update = Update(chain.state, chain.chain)
    tamper(update)
    segment, _, _ = update._serialise(update._objects[0][0])
    return bytes(segment)


@contextmanager
def cheating(tamper: Tamper) -> Iterator[None]:
    """Within, acts and seals carry what `tamper` adds, inside their own signatures."""

    class Cheating(Update):
        def close(self, *args: object, **kwargs: object) -> pdf.Revision:
            tamper(self)
            self._objects = list(dict(self._objects).items())
            return super().close(*args, **kwargs)  # type: ignore[arg-type]

    with (
        patch.object(ACT, "Update", Cheating),
        patch.object(SEAL, "Update", Cheating),
    ):
        yield
