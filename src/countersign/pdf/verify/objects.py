"""The new objects of a revision: each of them must be used, and used once."""

from countersign.pdf.verify.refusal import need
from countersign.pdf.verify.revisions import Revision


class NewObjects:
    """Hands out the bodies of new objects, each only once; `picture` is the one image of an act."""

    def __init__(self, revision: Revision) -> None:
        self._revision = revision
        self._left = set(revision.new)
        self.picture: int | None = None

    def take(self, number: int) -> bytes:
        """The body of a new object. Raises Refused when it is not new or was taken before."""
        need(number in self._left, "object", number, "is not new, or used twice")
        self._left.remove(number)
        return self._revision.body(number)

    def finish(self) -> None:
        need(not self._left, "objects that nothing uses:", sorted(self._left))
