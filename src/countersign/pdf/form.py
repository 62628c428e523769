"""The form of a base: every field that will ever be filled (docs/pdf-format.md, section 2)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from countersign.pdf.font_program import default_appearance
from countersign.pdf.geometry import PageBox
from countersign.pdf.state import StateKind

_PRINT, _INVISIBLE = 4, 132
_READ_ONLY = 1
# Places from the top left corner of the visible page, in points: left, top, width, height
Place = tuple[float, float, float, float]
NOWHERE: Place = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Sheet:
    """A page that takes fields."""

    page: pikepdf.Page
    box: PageBox


@dataclass(frozen=True)
class NewField:
    """A field that was put into the base; its object number is known only after saving."""

    name: str
    label: str
    kind: StateKind
    box: tuple[float, float]
    rotate: int


@dataclass
class Form:
    """Builds the fields; `finish` hangs them into the catalog and the pages."""

    pdf: pikepdf.Pdf
    font: pikepdf.Object
    fields: list[NewField] = field(default_factory=list)
    _objects: list[pikepdf.Object] = field(default_factory=list)
    _by_page: dict[tuple[int, int], tuple[pikepdf.Page, list[pikepdf.Object]]] = field(
        default_factory=dict
    )

    def text(
        self, name: str, sheet: Sheet, place: Place, kind: StateKind = "text", label: str = ""
    ) -> NewField:
        """An empty read-only text field. Without /AP, because validators flag a locked field whose
        appearance is older than the signature that locks it."""
        size = round(min(11.0, place[3] * 0.62), 1)
        dictionary = Dictionary(FT=Name.Tx, Ff=_READ_ONLY, DA=default_appearance(size))
        return self._add(dictionary, name, label, kind, sheet, place)

    def checkbox(self, name: str, sheet: Sheet, place: Place, label: str) -> NewField:
        appearance = self._checkbox_appearance(place[2], place[3], sheet.box.rotate)
        dictionary = Dictionary(
            FT=Name.Btn, Ff=_READ_ONLY, V=Name.Off, AS=Name.Off, AP=Dictionary(N=appearance)
        )
        return self._add(dictionary, name, label, "checkbox", sheet, place)

    def signature(
        self,
        name: str,
        sheet: Sheet,
        place: Place = NOWHERE,
        locks: Iterable[str] = (),
        label: str = "",
    ) -> NewField:
        """An empty signature field that freezes the fields named `locks` once it is signed."""
        width, height = place[2:]
        empty = self.pdf.make_stream(
            b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, width, height])
        )
        dictionary = Dictionary(FT=Name.Sig, AP=Dictionary(N=empty))
        if names := Array([String(locked) for locked in locks]):
            lock = Dictionary(Type=Name.SigFieldLock, Action=Name.Include, Fields=names)
            dictionary.Lock = self.pdf.make_indirect(lock)
        return self._add(dictionary, name, label, "signature", sheet, place)

    def finish(self) -> None:
        self.pdf.Root.AcroForm = self.pdf.make_indirect(
            Dictionary(
                Fields=Array(self._objects),
                DR=Dictionary(Font=Dictionary(F=self.font)),
                DA=default_appearance(0),
                SigFlags=3,
            )
        )
        for page, widgets in self._by_page.values():
            page.obj.Annots = Array([*page.obj.get("/Annots", ()), *widgets])

    def _add(
        self,
        dictionary: Dictionary,
        name: str,
        label: str,
        kind: StateKind,
        sheet: Sheet,
        place: Place,
    ) -> NewField:
        seen = place[2] > 0
        rect = sheet.box.rect(*place) if seen else NOWHERE
        dictionary.Type, dictionary.Subtype = Name.Annot, Name.Widget
        dictionary.T = String(name)
        dictionary.Rect = Array([round(edge, 3) for edge in rect])
        dictionary.P = sheet.page.obj
        dictionary.F = _PRINT if seen else _INVISIBLE
        rotate = sheet.box.rotate if seen else 0
        if rotate:
            dictionary.MK = Dictionary(R=rotate)
        widget = self.pdf.make_indirect(dictionary)
        self._objects.append(widget)
        self._by_page.setdefault(sheet.page.obj.objgen, (sheet.page, []))[1].append(widget)
        made = NewField(name, label, kind, (round(place[2], 2), round(place[3], 2)), rotate)
        self.fields.append(made)
        return made

    def _checkbox_appearance(self, width: float, height: float, rotate: int) -> Dictionary:
        side = min(width, height)
        x, y = (width - side) / 2, (height - side) / 2
        frame = f"q .7 w .35 G {x + 0.5:.2f} {y + 0.5:.2f} {side - 1:.2f} {side - 1:.2f} re S Q"
        tick = (
            f"q {side / 9:.2f} w {x + side * 0.22:.2f} {y + side * 0.52:.2f} m"
            f" {x + side * 0.42:.2f} {y + side * 0.28:.2f} l"
            f" {x + side * 0.78:.2f} {y + side * 0.76:.2f} l S Q"
        )
        return Dictionary(
            Off=self._static_appearance(frame, width, height, rotate),
            Yes=self._static_appearance(f"{frame}\n{tick}", width, height, rotate),
        )

    def _static_appearance(
        self, content: str, width: float, height: float, rotate: int
    ) -> pikepdf.Object:
        matrices = {
            90: [0, 1, -1, 0, height, 0],
            180: [-1, 0, 0, -1, width, height],
            270: [0, -1, 1, 0, 0, width],
        }
        made = self.pdf.make_stream(
            content.encode(),
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([0, 0, width, height]),
        )
        if rotate in matrices:
            made.Matrix = Array(matrices[rotate])
        return made
