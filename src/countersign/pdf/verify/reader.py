"""Reading what others have signed: strictly, because files that readers understand differently are
how signatures get forged, and with patience for what is harmless and often met."""

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature

from countersign.pdf.verify.entries import entry

MAX_STEPS = 2_000_000
"""pyHanko walks every way from the trailer to every object, and a small file can have endless ways.
In the worst case these are 400 MB and 50 seconds; a thousand pages with four signatures are 1 %."""

_KNOWN = {kind.value for kind in SigSeedSubFilter}


class TooEntangled(Exception):
    """A file in which more leads to an object than can be looked at."""


class Reader(PdfFileReader):
    """A file. References to nothing are null (ISO 32000-2, 7.3.10): many programs leave some."""

    steps = 0

    def _read_object(
        self,
        ref: Reference,
        marker: int | ObjStreamRef | None,
        never_decrypt: bool = False,
        as_metadata_stream: bool = False,
    ) -> Any:
        if marker is None:
            nothing = generic.NullObject()
            nothing.container_ref = ref
            return nothing
        return super()._read_object(ref, marker, never_decrypt, as_metadata_stream)

    def get_historical_resolver(self, revision: int) -> HistoricalResolver:
        cache = self._historical_resolver_cache
        if revision not in cache:
            cache[revision] = _Resolver(self, revision)
        return cache[revision]

    def signatures(self) -> list[EmbeddedPdfSignature]:
        """Those of a known kind, in the order of their revisions."""
        found = [
            _Signature(self, field, name)
            for name, value, field in enumerate_sig_fields(self, filled_status=True)
            if entry(value.get_object(), "/SubFilter") in _KNOWN
        ]
        return sorted(found, key=lambda one: one.signed_revision)

    def unknown_signatures(self) -> list[str]:
        """The names of fields with signatures of other kinds."""
        return [
            name
            for name, value, _ in enumerate_sig_fields(self, filled_status=True)
            if entry(value.get_object(), "/SubFilter") not in _KNOWN
        ]


class _Signature(EmbeddedPdfSignature):
    def _enforce_hybrid_xref_policy(self) -> None:
        """Word writes two tables into its files, one of them for readers of 2003. Nobody can hide
        anything there from a signature that came later."""
        xrefs = self.reader.xrefs
        later = range(self.signed_revision + 1, xrefs.total_revisions)
        if any(xrefs.get_xref_data(revision).hybrid for revision in later):
            super()._enforce_hybrid_xref_policy()  # type: ignore[no-untyped-call]


class _Resolver(HistoricalResolver):
    reader: Reader

    def __call__(self, ref: Reference) -> generic.PdfObject:
        self.reader.steps += 1
        if self.reader.steps > MAX_STEPS:
            raise TooEntangled("its objects are too entangled")
        return self.get_object(ref)  # type: ignore[no-any-return]

    def _collect_indirect_references(
        self, obj: object, seen: set[Reference], since_revision: int | None = None
    ) -> None:
        """Without references to nothing, of which pyHanko would ask since when they are there."""
        if isinstance(obj, generic.IndirectObject):
            last = self.reader.xrefs.total_revisions - 1
            if self.reader.xrefs.get_historical_ref(obj.reference, last) is None:
                return
        super()._collect_indirect_references(obj, seen, since_revision)  # type: ignore[no-untyped-call]

    def _load_reverse_xref_cache(self) -> None:
        """Without bookmarks, which are looked at in `changes`."""
        bookmarks = self.root.pop("/Outlines", None)
        try:
            super()._load_reverse_xref_cache()  # type: ignore[no-untyped-call]
        finally:
            if bookmarks is not None:
                self.root["/Outlines"] = bookmarks
