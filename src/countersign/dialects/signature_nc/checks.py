"""The checks of the create call, in the order of the vendor's table, whose numbers stand beside
them. The first that fails is the answer, so nothing here collects.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import TypeAdapter

from countersign.dialects.signature_nc.errors import NO_FILE, NOT_PDF, Rejected
from countersign.dialects.signature_nc.schemas import Area, FieldType, Signer, SignerField
from countersign.domain.document import PageSize
from countersign.httpkit import Form, Refusal, Upload

LONGEST = 255  # characters of a name
MOST_SIGNERS = 1000

EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3
# No database, PDF or mail header takes all of these, and some make a name look like another
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
FIELD_TYPES = frozenset(get_args(FieldType))
PDF_TYPES = frozenset({"application/pdf", "application/x-pdf", "application/octet-stream"})
ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


@dataclass(frozen=True, slots=True)
class Asked:
    """The texts of a create call, checked as far as they can be without the files."""

    name: str
    signers: tuple[Signer, ...]
    skip_intro: bool
    send_email: bool


def read_files(form: Form) -> list[Upload]:
    """The uploaded files; whether they really are PDF is for the engine to say. Raises Rejected."""
    files = [each for each in form.uploads("file") if each.filename or each.size]
    if not files:
        raise Rejected(NO_FILE)  # 1
    for each in files:
        if each.content_type.partition(";")[0].strip().lower() not in PDF_TYPES:
            raise Rejected(NOT_PDF)  # 2
    _check_file_names([each.filename for each in files])
    return files


def _check_file_names(names: Sequence[str]) -> None:
    """A field finds its document by name, so each must be there, and only once."""
    for name in names:
        _text(name, "A file name")
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Rejected(f"Document {twice} was provided more than once")


def read_texts(form: Form) -> Asked:
    """Raises Rejected."""
    name = _text(form.text("name"), "A name")  # 3
    send_email = _flag(form, "sendEmail")
    return Asked(
        name=name,
        skip_intro=_flag(form, "skipIntro"),
        send_email=send_email,
        signers=tuple(_signers(form, send_email)),
    )


def _text(value: object, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Rejected(f"{what} must be provided")
    if len(value) > LONGEST:
        raise Rejected(f"{what} must have at most {LONGEST} characters")
    if CONTROL.search(value):
        raise Rejected(f"{what} must not contain control characters")
    return value


def _flag(form: Form, name: str) -> bool:
    """`true` and `false` as clients of several languages write them into a form."""
    text = (form.text(name) or "").strip().lower()
    if text not in ("true", "1", "false", "0", ""):
        raise Rejected(f"{name} must be true or false")
    return text in ("true", "1")


def _signers(form: Form, send_email: bool) -> list[Signer]:
    try:
        signers = form.json("signers", ANYTHING)
    except Refusal:
        signers = None
    if not isinstance(signers, list):
        raise Rejected("A signers must be provided")  # 4
    if not signers:
        raise Rejected("At least 1 signer must be provided")  # 5
    if len(signers) > MOST_SIGNERS:
        raise Rejected(f"At most {MOST_SIGNERS} signers can be provided")
    return [_signer(f"Signer {n}", raw, send_email) for n, raw in enumerate(signers, 1)]


def _signer(signer: str, raw: object, send_email: bool) -> Signer:
    values = raw if isinstance(raw, dict) else {}
    firstname = _text(values.get("firstname"), f"{signer}: A firstname")  # 6
    lastname = _text(values.get("lastname"), f"{signer}: A lastname")  # 7
    email = _email(values.get("email"), signer, send_email)
    fields = values.get("fields")
    signer = f"{signer} ({email or f'{firstname} {lastname}'})"
    if not isinstance(fields, list) or not fields:
        raise Rejected(f"{signer}: Must have at least 1 field")  # 10
    return Signer(
        firstname=firstname,
        lastname=lastname,
        email=email,
        fields=[_field(f"{signer}, Field {m}", each) for m, each in enumerate(fields, 1)],
    )


def _email(value: object, signer: str, send_email: bool) -> str | None:
    if value is None or value == "":
        if send_email:
            raise Rejected(f"{signer}: An email must be provided when sendEmail is enabled")  # 8
        return None
    well_formed = (
        isinstance(value, str)
        and len(value) <= LONGEST_EMAIL
        and EMAIL.fullmatch(value)
        and not CONTROL.search(value)
    )
    if not well_formed:
        raise Rejected(f"{signer}: Invalid email format: {_quoted(value)}")  # 9
    return str(value)


def _field(field: str, raw: object) -> SignerField:
    values = raw if isinstance(raw, dict) else {}
    type_ = _text(values.get("type"), f"{field}: A type")  # 11
    name = _text(values.get("name"), f"{field}: A name")  # 12
    area = _area(field, values.get("area"))
    if type_ not in FIELD_TYPES:
        raise Rejected(f"{field}: Unknown type {type_}")
    document = _quoted(values["document"]) if "document" in values else "undefined"
    return SignerField.model_construct(type=type_, name=name, document=document, area=area)


def _area(field: str, raw: object) -> Area:
    if not isinstance(raw, dict):
        raise Rejected(f"{field}: An area must be provided")  # 13
    x, y, w, h = (_number(raw.get(edge)) for edge in "xywh")
    if x is None or y is None:
        raise Rejected(f"{field}: Area x/y coordinate must be a number")  # 14
    if w is None or h is None or w <= 0 or h <= 0:
        raise Rejected(f"{field}: Area width/height must be a positive number")  # 15
    page = _number(raw.get("page"))
    if page is None or page < 0 or not page.is_integer():
        raise Rejected(f"{field}: Area page must be a non-negative integer")  # 16
    return Area(x=x, y=y, w=w, h=h, page=int(page))


def _number(value: object) -> float | None:
    """None for anything else: texts, booleans, NaN, infinities and what a float can't hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _quoted(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def check_places(asked: Asked, pages: Mapping[str, Sequence[PageSize]]) -> None:
    """Every field must name one of the uploaded files and a page that it has. Raises Rejected."""
    fields = [field for signer in asked.signers for field in signer.fields]
    for field in fields:
        if field.document not in pages:
            raise Rejected(f"Document {field.document} not found")  # 17
    for field in fields:
        if field.area.page >= len(pages[field.document]):
            raise Rejected("Index page unknown")  # 18
