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
UPDATE = import_module("countersign.pdf.update")

Tamper = Callable[[Update], None]


def unsigned_revision(chain: Chain, tamper: Tamper) -> bytes:
    """A well-formed revision that nobody signed."""
    return unsigned_step(chain, tamper)[0]


def unsigned_step(chain: Chain, tamper: Tamper) -> tuple[bytes, pdf.ChainState]:
    """The same, and where the file stands after it."""
    update = Update(chain.state, chain.chain)
    tamper(update)
    start = chain.chain.length
    xref = start + len(update._segment)
    table = UPDATE._sections(update._offsets, start)
    segment = bytes(update._segment) + b"xref\n" + table + update._trailer(xref)
    return segment, pdf.ChainState(update.next_number(), xref, start + len(segment))


def without_stale_objects(update: Update) -> None:
    """Writes each object once, in its last version, as an honest writer would."""
    written = bytes(update._segment)
    bodies = {
        number: written[written.index(b"\n", at) + 1 : written.index(b"\nendobj\n", at)]
        for number, at in update._offsets.items()
    }
    update._segment, update._offsets = bytearray(b"\n"), {}
    for number, body in bodies.items():
        update.override(number, body)


@contextmanager
def cheating(tamper: Tamper) -> Iterator[None]:
    """Within, acts and seals carry what `tamper` adds, inside their own signatures."""

    class Cheating(Update):
        def close(self, *args: object, **kwargs: object) -> pdf.Revision:
            tamper(self)
            without_stale_objects(self)
            return super().close(*args, **kwargs)  # type: ignore[arg-type]

    with (
        patch.object(ACT, "Update", Cheating),
        patch.object(SEAL, "Update", Cheating),
    ):
        yield
