"""What may change after a signature: the rules of pyHanko, and what gets past them.

They are those of ISO 32000-2, 12.8.2: filling in fields, signing, validation data. Each rule here
closes a way by which a file could show something else afterwards and still be called unchanged, or
lets pass what people's programs do and the standard allows.
"""

from collections.abc import Iterator
from functools import cache

from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FieldComparisonContext,
    FieldComparisonSpec,
    FieldMDPRule,
    FormUpdatingRule,
    GenericFieldModificationRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    ReferenceUpdate,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.constants import VALUE_UPDATE_KEYS
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from countersign.pdf.verify.added_field import need_harmless_field
from countersign.pdf.verify.entries import (
    entry,
    own_widgets,
    raw_reference,
    reachable,
    references,
)
from countersign.pdf.verify.placing import PlacingRule, Updates, added_annotations, tree
from countersign.pdf.verify.reader import UNWALKED

_FILLED = VALUE_UPDATE_KEYS | {"/I", "/TI", "/RV", "/M"}
"""Besides the value: which options of a list are chosen, the rich text of it, and when."""
_SHARED = ("/Font", "/XObject")


class Policy(StandardDiffPolicy):
    """One for each file, as it remembers the pages."""

    def __init__(self) -> None:
        super().__init__(_GLOBAL_RULES, _FormRule(_FIELD_RULES))
        self._pages, self._missing = cache(_pages), cache(_missing)
        self._furniture = cache(_furniture)

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        changed: set[Reference] = new.explicit_refs_in_revision()  # type: ignore[no-untyped-call]
        if not self._missing(old).isdisjoint(changed):
            raise SuspiciousModification("it holds now what it only referred to before")
        if not self._furniture(old).isdisjoint(changed):
            raise SuspiciousModification("a bookmark or the logical structure was changed")
        for page, objects in self._pages(old).items():
            if not objects.isdisjoint(changed):
                added_annotations(old(page), new(page))
        return super().apply(old, new, field_mdp_spec, doc_mdp)


def _missing(revision: HistoricalResolver) -> set[Reference]:
    """What the file referred to without having it. Who signs such a file signs what comes later."""
    xrefs, found = revision.reader.xrefs, reachable(revision, [revision.trailer_view])
    return {one for one in found if xrefs.get_historical_ref(one, revision.revision) is None}


def _furniture(revision: HistoricalResolver) -> set[Reference]:
    """Bookmarks and logical structure, to which no program may add."""
    others = {page for page, _ in tree(revision)}
    others.add(revision.root_ref)
    roots = [revision.root.raw_get(key) for key in UNWALKED if key in revision.root]
    return reachable(revision, roots, others) - others


class _MetadataRule(MetadataUpdateRule):
    """What is wrong with metadata that nobody has touched is no change."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        before, after = (raw_reference(one.root, "/Metadata") for one in (old, new))
        changed: set[Reference] = new.explicit_refs_in_revision()  # type: ignore[no-untyped-call]
        if before != after or after in changed:
            yield from super().apply(old, new)


_GLOBAL_RULES = [
    CatalogModificationRule(),  # type: ignore[no-untyped-call]
    DocInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
    XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
    DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    _MetadataRule().as_qualified(ModificationLevel.LTA_UPDATES),  # type: ignore[no-untyped-call]
]


# --- pages -------------------------------------------------------------------------------------


def _pages(revision: HistoricalResolver) -> dict[Reference, set[Reference]]:
    """The tree of pages, each with the objects that say which annotations are on it.

    Raises SuspiciousModification for a page that inherits from something else than the tree that it
    is in: pyHanko follows no /Parent, and viewers take fonts and pictures from there.
    """
    found = list(tree(revision))
    nodes = {reference for reference, _ in found}
    for _, node in found:
        if "/Parent" in node and raw_reference(node, "/Parent") not in nodes:
            raise SuspiciousModification("a page inherits from something that is not above it")
    return {page: {page, raw_reference(node, "/Annots") or page} for page, node in found}


# --- the form ----------------------------------------------------------------------------------


class _FormRule(FormUpdatingRule):
    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Updates:
        _need_same_resources(old, new)
        yield from super().apply(old, new)


def _need_same_resources(old: HistoricalResolver, new: HistoricalResolver) -> None:
    """Programs add fonts for what they fill in. Another font under an old name would change what
    the other fields show."""
    before, after = (entry(entry(one.root, "/AcroForm"), "/DR") for one in (old, new))
    for kind in _SHARED:
        named, renamed = entry(before, kind) or {}, entry(after, kind) or {}
        # Without following references: what lies behind them is looked at by pyHanko
        if any(dict.get(renamed, name) != value for name, value in dict.items(named)):
            raise SuspiciousModification("a font or picture of the form was replaced")


class _SignatureRule(SigFieldModificationRule):
    """What a signature names as its parameters counts as its own only if it came with it: pyHanko
    would let it replace a page."""

    def check_form_field(
        self, fq_name: str, spec: FieldComparisonSpec, context: FieldComparisonContext
    ) -> Updates:
        xrefs, before = context.new.reader.xrefs, context.old.revision
        for level, update in super().check_form_field(fq_name, spec, context):
            is_new = xrefs.get_historical_ref(update.updated_ref, before) is None
            if is_new or update.context_checked is not None:
                yield level, update


class _AddedFieldRule(FieldMDPRule):
    """New signature fields may not do what other new fields or annotations may not."""

    def apply(self, context: FieldComparisonContext) -> Updates:
        for spec in context.field_specs.values():
            if spec.new_field_ref is not None and spec.old_field_ref is None:
                need_harmless_field(spec.new_field_ref, context)
        yield from ()


class _WidgetRule(GenericFieldModificationRule):
    """A field that shows in several places, and each choice of a set of buttons, has widgets of its
    own, which change with it."""

    def check_form_field(
        self, fq_name: str, spec: FieldComparisonSpec, context: FieldComparisonContext
    ) -> Updates:
        if spec.field_type == "/Sig" or spec.old_field is None or spec.new_field is None:
            return
        for widget in _widgets(spec, context):
            yield from super().check_form_field(fq_name, widget, context)


def _widgets(
    spec: FieldComparisonSpec, context: FieldComparisonContext
) -> Iterator[FieldComparisonSpec]:
    path = spec.old_canonical_path
    kids = list(references(spec.old_field, "/Kids"))
    for kid in own_widgets(spec.old_field):
        new = Reference(kid.idnum, kid.generation, context.new)
        where = None if path is None else path + "/Kids" + kids.index(kid)
        yield FieldComparisonSpec(spec.field_type, kid, new, where)


_FIELD_RULES: list[FieldMDPRule] = [
    _AddedFieldRule(),
    PlacingRule(),
    SigFieldCreationRule(approve_widget_bindings=False),  # type: ignore[no-untyped-call]
    _SignatureRule(),
    GenericFieldModificationRule(value_update_keys=_FILLED),
    _WidgetRule(value_update_keys=_FILLED),
]
