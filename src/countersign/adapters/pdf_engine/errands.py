"""What the workshop's processes do. The libraries for it are imported there, in the bodies: PDFium
and Pillow take 15 MB, pyHanko 50. The server itself loads pikepdf with its first small document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countersign.domain.document import PageSize
from countersign.domain.task import Area, FieldKind
from countersign.domain.template import FormField
from countersign.usecases.file_ports import Inspection

if TYPE_CHECKING:
    from countersign.pdf.own_form import FormField as OwnField
    from countersign.pdf.verify.report import Report


def look_at(data: bytes) -> Inspection:
    """Raises UnusablePdf for what can't be signed, which for a signed file means: added to."""
    from countersign.pdf.inspect import inspect

    found = inspect(data)
    if found.signed:
        from countersign.pdf.already_signed import refuse_unless_signable

        refuse_unless_signable(data)
    pages = tuple(PageSize(page.width_pt, page.height_pt) for page in found.pages)
    return Inspection(pages=pages, signed=found.signed, content=found.active_content)


def look_at_file(path: Path) -> Inspection:
    return look_at(path.read_bytes())


def form_fields(data: bytes) -> list[FormField]:
    """Raises UnusablePdf for a form that can't be read."""
    from countersign.pdf import own_form

    return [_form_field(found) for found in own_form.form_fields(data)]


def _form_field(found: OwnField) -> FormField:
    return FormField(
        kind=FieldKind(found.kind),
        name=found.name,
        label=found.label,
        area=Area(found.page, found.x, found.y, found.w, found.h),
        required=found.required,
        value=found.value,
        options=found.options,
    )


def fill_form(
    data: bytes, values: Mapping[str, str], *, leave_open: bool
) -> tuple[bytes, list[FormField]]:
    """The filled file and what is left open in it. Raises FormRefused, UnusablePdf."""
    from countersign.pdf.fill import fill

    filled = fill(data, values, leave_open=leave_open)
    return filled.data, [_form_field(left) for left in filled.left]


def form_values(data: bytes) -> dict[str, str]:
    """Raises UnusablePdf for a form that can't be read."""
    from countersign.pdf.fill import form_values

    return form_values(data)


def picture_page(data: bytes) -> bytes:
    """A PDF of one page. Raises UnusableImage."""
    from countersign.pdf.picture import picture_page

    return picture_page(data)


def page_image(parts: Sequence[Path], page: int, width: int) -> bytes:
    """WebP, of the document that consists of these files."""
    from countersign.pdf.render import render_page

    return render_page(_whole(parts), page, width)


def page_text(parts: Sequence[Path], page: int) -> list[dict[str, Any]]:
    """Runs of text with their boxes, as fractions of the page."""
    from countersign.pdf import render

    return [asdict(run) for run in render.page_text(_whole(parts), page)]


def _whole(parts: Sequence[Path]) -> bytes | Path:
    """A single file is not read but looked into."""
    return parts[0] if len(parts) == 1 else _joined(parts)


def signature_image(data: bytes) -> bytes:
    """A PNG made upright and small. Raises UnusableImage."""
    from countersign.pdf.image import normalise_signature

    return normalise_signature(data)


def logo_image(data: bytes) -> bytes:
    """A PNG made upright and small. Raises UnusableImage."""
    from countersign.pdf.image import normalise_logo

    return normalise_logo(data)


def report(data: bytes, roots: Sequence[bytes]) -> Report:
    """The verifier for anybody's file."""
    from countersign.pdf.verify.anybody import verify

    return verify(data, roots, datetime.now(UTC))


def container(cover: bytes, files: Sequence[tuple[str, str, Sequence[Path]]]) -> bytes:
    """`cover` with each file (name, media type, parts) attached."""
    from countersign.pdf.package import packaged

    return packaged(cover, [(name, media, _joined(parts)) for name, media, parts in files])


def _joined(parts: Sequence[Path]) -> bytes:
    return b"".join(part.read_bytes() for part in parts)
