"""Signature fields that were added after somebody signed.

They are the one thing that may be put on a page then, so they are what an attacker would use to
cover it ("sneaky signature", "evil annotation").
"""

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import Reference
from pyhanko.sign.diff_analysis import FieldComparisonContext, SuspiciousModification

from countersign.pdf.verify.entries import elements, entry, own_widgets

_ACTIONS = {"/A", "/AA"}
_DRAWN_BY_VIEWERS = {"/BG", "/CA", "/I"}


def need_harmless_field(added: Reference, context: FieldComparisonContext) -> None:
    """Raises SuspiciousModification unless the field is new, acts on nothing, and shows something
    only when somebody has signed in it."""
    last = Reference(added.idnum, added.generation, context.new.reader)
    signed = entry(last.get_object(), "/V")
    for part in (added, *own_widgets(added.get_object())):
        widget: Any = part.get_object()
        _need_new(part, context)
        if not _ACTIONS.isdisjoint(widget) or entry(widget, "/Subtype") not in (None, "/Widget"):
            raise SuspiciousModification("what was added as a signature field is more than that")
        if _is_visible(widget) and signed is None and _draws(widget):
            raise SuspiciousModification("something to be seen was added that nobody signed")


def _need_new(part: Reference, context: FieldComparisonContext) -> None:
    """Something that lay in the file without being used would come to light."""
    if context.new.reader.xrefs.get_historical_ref(part, context.old.revision) is not None:
        raise SuspiciousModification("an old object was made a signature field")


def _is_visible(widget: generic.DictionaryObject) -> bool:
    """Raises SuspiciousModification for a place that pyHanko does not understand, and so takes for
    none."""
    place = elements(widget, "/Rect")
    if any(isinstance(one, generic.IndirectObject) for one in place) or len(place) not in (0, 4):
        raise SuspiciousModification("the place of a signature field is not clear")
    left, bottom, right, top = place or (0, 0, 0, 0)
    return bool(left != right and bottom != top)


def _draws(widget: generic.DictionaryObject) -> bool:
    look = entry(entry(widget, "/AP"), "/N")
    if look is not None and (not isinstance(look, generic.StreamObject) or look.data.strip()):
        return True
    return not _DRAWN_BY_VIEWERS.isdisjoint(entry(widget, "/MK") or ())
