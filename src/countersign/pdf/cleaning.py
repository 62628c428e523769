"""Make an upload fit to be signed: drop all that acts by itself.

A signed document must show tomorrow what it showed to the signer: scripts, launch actions and forms
that change themselves go; links, bookmarks and attachments stay.
"""

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name

_CATALOG_KEYS = (
    "/OpenAction",
    "/AA",
    "/AcroForm",
    "/Perms",
    "/DSS",
    "/NeedsRendering",
    "/Requirements",
    "/Extensions",
)
_SAFE_ACTIONS = frozenset(("/GoTo", "/URI"))
_ACTIVE_ANNOTATIONS = frozenset(("/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"))
_MAX_OUTLINE_ITEMS = 100_000


def drop_active_content(pdf: pikepdf.Pdf) -> None:
    """Change `pdf`, whose form is flattened, in place."""
    for key in _CATALOG_KEYS:
        _delete(pdf.Root, key)
    pdf.Root.Type = Name.Catalog
    names = pdf.Root.get("/Names")
    if isinstance(names, Dictionary):
        for key in ("/JavaScript", "/Renditions", "/AlternatePresentations"):
            _delete(names, key)
    for page in pdf.pages:
        _delete(page.obj, "/AA")
        _clean_annotations(page.obj)
    for item in _outline_items(pdf.Root.get("/Outlines")):
        _clean_actions(item)


def _clean_annotations(page: pikepdf.Object) -> None:
    annotations = page.get("/Annots")
    if not isinstance(annotations, Array):
        _delete(page, "/Annots")
        return
    kept = []
    for annotation in annotations:
        if (
            not isinstance(annotation, Dictionary)
            or str(annotation.get("/Subtype")) in _ACTIVE_ANNOTATIONS
        ):
            continue
        # Widgets without a form would be orphans; those with an appearance are flattened by now
        if annotation.get("/Subtype") != Name.Widget:
            _clean_actions(annotation)
            kept.append(annotation)
    if kept:
        page.Annots = Array(kept)
    else:
        _delete(page, "/Annots")


def _clean_actions(owner: pikepdf.Object) -> None:
    """Keep one plain link or jump; drop chains, triggers and everything else."""
    _delete(owner, "/AA")
    action = owner.get("/A")
    if action is None:
        return
    if isinstance(action, Dictionary) and str(action.get("/S")) in _SAFE_ACTIONS:
        _delete(action, "/Next")
    else:
        _delete(owner, "/A")


def _outline_items(root: object) -> Iterator[pikepdf.Object]:
    """All bookmarks; a broken tree that runs in circles ends at a bound."""
    waiting = [root]
    seen: set[tuple[int, int]] = set()
    while waiting and len(seen) < _MAX_OUTLINE_ITEMS:
        item = waiting.pop()
        if not isinstance(item, Dictionary) or item.objgen in seen:
            continue
        seen.add(item.objgen)
        yield item
        waiting += [item.get("/Next"), item.get("/First")]


def _delete(owner: pikepdf.Object, key: str) -> None:
    if key in owner:
        del owner[key]
