"""New signature fields on pages. pyHanko's own rule stops at annotations that are written into the
list of a page itself, as FPDF does."""

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import HistoricalResolver, RawPdfPath
from pyhanko.sign.diff_analysis import (
    FieldComparisonContext,
    FieldMDPRule,
    FormUpdate,
    ModificationLevel,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.commons import compare_dicts
from pyhanko.sign.diff_analysis.rules_api import RelativeContext

from countersign.pdf.verify.entries import elements, own_widgets, raw_reference, references

Updates = Iterator[tuple[ModificationLevel, FormUpdate]]


def tree(revision: HistoricalResolver) -> Iterator[tuple[Reference, Any]]:
    """All nodes of the tree of pages. Raises SuspiciousModification when it is none."""
    seen, pending = set(), [revision.root.raw_get("/Pages").reference]
    while pending:
        reference = pending.pop()
        if reference in seen:
            raise SuspiciousModification("the pages are no tree")
        seen.add(reference)
        node = reference.get_object()
        yield reference, node
        pending.extend(references(node, "/Kids"))


class PlacingRule(FieldMDPRule):
    """A page may get the widgets of new signature fields, and nothing else about it may change."""

    def apply(self, context: FieldComparisonContext) -> Updates:
        fields = dict(_added(context))
        if fields:
            for page, old in tree(context.old):
                yield from _placed(page, old, context, fields)


def _added(context: FieldComparisonContext) -> Iterator[tuple[Reference, str]]:
    for name, spec in context.field_specs.items():
        if spec.old_field_ref is None and spec.new_field_ref is not None:
            for widget in list(own_widgets(spec.new_field)) or [spec.new_field_ref]:
                yield widget, name


def _placed(
    page: Reference, old: Any, context: FieldComparisonContext, fields: dict[Reference, str]
) -> Updates:
    new: Any = context.new(page)
    placed = added_annotations(old, new)
    if not placed:
        return
    if not placed <= fields.keys():
        raise SuspiciousModification("an annotation was added")
    compare_dicts(old, new, frozenset(["/Annots"]))
    name = fields[next(iter(placed))] if len(placed) == 1 else None
    level, is_free = ModificationLevel.LTA_UPDATES, name is not None
    yield level, FormUpdate(page, None, name, is_free)
    listed = raw_reference(new, "/Annots")
    known = raw_reference(old, "/Annots")
    if listed is not None and (listed == known or context.old.is_ref_unassignable(listed)):
        where = RelativeContext(page, RawPdfPath("/Annots"))
        yield level, FormUpdate(listed, where, name, is_free)


def added_annotations(old: object, new: object) -> set[Reference]:
    """The annotations of a page that are new. Raises SuspiciousModification unless all others are
    as they were: what lies above what is part of what a page shows."""
    before, after = elements(old, "/Annots"), elements(new, "/Annots")
    known = set(references(old, "/Annots"))
    added = [
        one
        for one in after
        if isinstance(one, generic.IndirectObject) and one.reference not in known
    ]
    fresh = {one.reference for one in added}
    if [one for one in after if getattr(one, "reference", None) not in fresh] != before:
        raise SuspiciousModification("the annotations of a page were put in another order")
    return fresh
