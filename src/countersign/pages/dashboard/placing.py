"""The server's half of the field editor (frontend/dashboard/editor): the model that it is given,
the pictures of pages, and the fields that come back, which are somebody's input and are checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from countersign.domain.document import PDF, Document, FileRef, PageSize
from countersign.domain.errors import Invalid
from countersign.domain.task import Area, FieldKind
from countersign.domain.template import FormField
from countersign.pages.dashboard.shell import HEADERS
from countersign.usecases.file_ports import PdfEngine

PAGE_WIDTH = 1240  # pixels: a page of the editor on a dense screen
MOST_FIELDS = 2000
IMAGE = {**HEADERS, "Cache-Control": "private, max-age=3600"}
ROUNDING = 1e-6  # browsers count in floating point

Key = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[\w-]+$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class PlacedField(BaseModel):
    """A field as the editor gives it back; fractions of the page as in `Area`. `document` and
    `person` are ids of the model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Key
    document: Key
    person: Key
    kind: FieldKind
    name: Line
    page: Annotated[int, Field(ge=0)]
    x: Fraction
    y: Fraction
    w: Fraction
    h: Fraction
    required: bool = True
    options: Annotated[tuple[Line, ...], Field(max_length=100)] = ()

    @property
    def area(self) -> Area:
        """Wholly on its page."""
        return Area(self.page, self.x, self.y, min(self.w, 1 - self.x), min(self.h, 1 - self.y))

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """As `Field.options` of the domain: programs know an option by its words."""
        return tuple((option, option) for option in self.options)


PlacedFields = Annotated[tuple[PlacedField, ...], Field(max_length=MOST_FIELDS)]


def check_fields(
    fields: Sequence[PlacedField],
    documents: Mapping[str, Sequence[PageSize]],
    people: Collection[str],
) -> None:
    """Raises Invalid whose `fields` are ids of placed fields: of a document or person that there
    isn't, on no page, without a size, or beside its page. `documents` are pages by id."""
    wrong = {one.id: why for one in fields if (why := _wrong_with(one, documents, people))}
    if len({one.id for one in fields}) < len(fields):
        wrong["fields"] = "two of one id"
    if wrong:
        raise Invalid("A field stands where it can't be filled in.", wrong)


def _wrong_with(
    field: PlacedField, documents: Mapping[str, Sequence[PageSize]], people: Collection[str]
) -> str:
    if field.document not in documents:
        return "its document is not there any more"
    if field.person not in people:
        return "nobody is to fill it in"
    if field.page >= len(documents[field.document]):
        return "its page is not there"
    inside = field.x + field.w <= 1 + ROUNDING and field.y + field.h <= 1 + ROUNDING
    return "" if inside and field.w > 0 and field.h > 0 else "it does not lie on its page"


def editor_document(
    id: str,
    name: str,
    pages: Sequence[PageSize],
    image: Callable[[int], str],
    form: Sequence[FormField] = (),
) -> dict[str, Any]:
    """One document of the editor's model. `image` is the address of a page's picture, `form` what
    the PDF's own form has, to be proposed."""
    return {
        "id": id,
        "name": name,
        "pages": [
            {"image": image(n), "width": page.width, "height": page.height}
            for n, page in enumerate(pages)
        ],
        "proposed": [_proposed(found) for found in form],
    }


def _proposed(found: FormField) -> dict[str, Any]:
    area = found.area
    return {
        "kind": str(found.kind),
        "name": (found.label or found.name).strip()[:200] or str(found.kind),
        "required": found.required,
        **{part: getattr(area, part) for part in ("page", "x", "y", "w", "h")},
    }


def page_picture(
    upload: FileRef, pages: Sequence[PageSize], n: int, engine: PdfEngine, width: int = PAGE_WIDTH
) -> Response:
    """Page `n` of an upload as WebP. Raises NotFound for a page that is not there."""
    image = engine.page_image(as_document(upload, pages), n, width)
    return Response(image, headers=IMAGE, media_type="image/webp")


def as_document(upload: FileRef, pages: Sequence[PageSize]) -> Document:
    """An upload of no envelope, for the engine."""
    return Document(id="", name="", media_type=PDF, upload=upload, pages=tuple(pages))
