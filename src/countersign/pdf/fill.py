"""Filling in the form that a PDF brings along (ISO 32000-1, 12.7.4), before it is prepared."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from countersign.pdf.errors import FormRefused, UnusablePdf
from countersign.pdf.flatten import draw_values, is_signed, value_appearance
from countersign.pdf.font_program import embed
from countersign.pdf.inspect import DAMAGE, inherited, items, terminal_fields
from countersign.pdf.own_form import FormField, found_fields, full_name, number_in, on_state
from countersign.pdf.shared_font import shared_font
from countersign.pdf.text import clean

_RADIO, _PUSH_BUTTON = 1 << 15, 1 << 16
_EDIT = 1 << 18  # a choice that takes other words too
_ON, _OFF = frozenset(("true", "yes", "on", "1")), frozenset(("", "false", "no", "off", "0"))


@dataclass(frozen=True, slots=True)
class Filled:
    """The file, and the fields that are left to somebody, with what they begin with."""

    data: bytes
    left: tuple[FormField, ...]


class _Pen:
    """Draws values; the file gets the font when the first one is drawn."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf

    @cached_property
    def font(self) -> Object:
        return embed(shared_font(), self._pdf)

    def draw(self, widget: Object, text: str) -> None:
        appearance = value_appearance(self._pdf, self.font, widget.Rect, text)
        widget.AP = Dictionary(N=appearance)


def fill(data: bytes, values: Mapping[str, str], *, leave_open: bool) -> Filled:
    """Writes `values` (full name → value) into the form and gives each its appearance. To
    `leave_open` means that what people can fill in is empty in the file, and returned with its
    value. A checkbox takes the name of its state, or true or false; radio buttons and choices one
    of theirs. Scripts of the form are not run.

    Raises FormRefused for names that there are not and values that a field doesn't take, and
    UnusablePdf ("broken", "encrypted", "already_signed").
    """
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            left = _filled(pdf, values, leave_open=leave_open)
            out = io.BytesIO()
            pdf.save(out, deterministic_id=True, encryption=False)
    except pikepdf.PasswordError as error:
        raise UnusablePdf("encrypted", "This PDF needs a password to open.") from error
    except DAMAGE as error:
        raise UnusablePdf("broken", "The form in this PDF is damaged.") from error
    return Filled(out.getvalue(), left)


def form_values(data: bytes) -> dict[str, str]:
    """What each field says, by its full name; a checkbox the name of its state. Raises
    UnusablePdf("broken")."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            return {name: _value(field) for name, field in _fields(pdf)}
    except DAMAGE as error:
        raise UnusablePdf("broken", "The form in this PDF is damaged.") from error


def _filled(pdf: Pdf, values: Mapping[str, str], *, leave_open: bool) -> tuple[FormField, ...]:
    fields, pen = dict(_fields(pdf)), _Pen(pdf)
    wrong = dict.fromkeys(values.keys() - fields.keys(), "no such field in the form")
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, Dictionary):
        if any(map(is_signed, pdf.acroform.fields)):
            raise UnusablePdf("already_signed", "The file is signed; filling it would break that.")
        _show_what_stands(pdf, form, pen)
    for name, field in fields.items():
        if name in values and (why := _write(field, values[name], pen)):
            wrong[name] = why
    if wrong:
        raise FormRefused(wrong)
    return _left_open(pdf, fields) if leave_open else ()


def _show_what_stands(pdf: Pdf, form: Object, pen: _Pen) -> None:
    """Where the form leaves appearances to readers, they are made now; and no second form, of XML,
    says something else than this one."""
    everywhere = bool(form.get("/NeedAppearances"))
    if everywhere:
        draw_values(pdf, pen.font, everywhere=True)
    for key in ("/NeedAppearances", "/XFA"):
        if key in form:
            del form[key]


def _fields(pdf: Pdf) -> Iterator[tuple[str, Object]]:
    """What can hold a value, by full name."""
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, Dictionary):
        return
    for field in terminal_fields(form):
        kind, flags = inherited(field, "/FT"), number_in(inherited(field, "/Ff"))
        if kind in (Name.Tx, Name.Ch) or (kind == Name.Btn and not flags & _PUSH_BUTTON):
            yield full_name(field), field


def _left_open(pdf: Pdf, fields: Mapping[str, Object]) -> tuple[FormField, ...]:
    left = tuple(
        _beginning(found, fields[found.name])
        for found in found_fields(pdf, radios=True)
        if found.name in fields
    )
    for name in {found.name for found in left}:
        _empty(fields[name])
    return left


def _beginning(found: FormField, field: Object) -> FormField:
    """What the form says, as the people see it who go on with it."""
    value = _value(field)
    if found.kind == "checkbox":
        known = found.options[0][0]
        return replace(found, value="true" if value == known else "")
    editable = number_in(inherited(field, "/Ff")) & _EDIT
    options = () if editable else tuple(_choices(field))
    return replace(found, value=dict(options).get(value, value), options=options)


def _empty(field: Object) -> None:
    if inherited(field, "/FT") == Name.Btn:
        _press(field, "Off")
    elif _value(field):
        for widget in _widgets(field):
            _delete(widget, "/AP")
        _delete(field, "/V")


# ------------------------------------------------------------------ one field


def _value(field: Object) -> str:
    value = inherited(field, "/V")
    if inherited(field, "/FT") == Name.Btn:
        return str(value).removeprefix("/") if isinstance(value, Name) else "Off"
    if isinstance(value, Array):
        value = next(items(value), "")
    return str(value) if isinstance(value, String | str) else ""


def _write(field: Object, value: str, pen: _Pen) -> str:
    """What is wrong with the value, or nothing, and then the field has it."""
    if inherited(field, "/FT") == Name.Btn:
        return _write_button(field, value)
    shown = clean(value)
    if inherited(field, "/FT") == Name.Ch:
        known = _chosen(field, value)
        if known is None:
            return "not one of its choices"
        value, shown = known
    longest = inherited(field, "/MaxLen")
    if isinstance(longest, int) and len(value) > longest:
        return f"at most {longest} characters"
    field.V = String(value)
    _delete(field, "/RV")  # a second value, with formatting
    for widget in _widgets(field):
        _delete(widget, "/AP")
        if shown and "/Rect" in widget:
            pen.draw(widget, shown)
    return ""


def _chosen(field: Object, value: str) -> tuple[str, str] | None:
    """What the form calls the choice, and what people see; None for what can't be chosen."""
    for known, shown in _choices(field):
        if value in (known, shown):
            return known, shown
    if not value or number_in(inherited(field, "/Ff")) & _EDIT:
        return value, clean(value)
    return None


def _choices(field: Object) -> Iterator[tuple[str, str]]:
    for option in items(inherited(field, "/Opt")):
        pair = list(items(option)) if isinstance(option, Array) else [option, option]
        if len(pair) == 2:
            yield str(pair[0]), str(pair[1])


def _write_button(field: Object, value: str) -> str:
    states = _states(field)
    named = {str(words): str(place) for place, words in enumerate(items(inherited(field, "/Opt")))}
    state = value if value in states else named.get(value, value)
    if state not in states and not number_in(inherited(field, "/Ff")) & _RADIO:
        state = next(iter(sorted(states)), state) if value.lower() in _ON else state
    if state not in states and value.lower() in _OFF:
        state = "Off"
    if state not in states | {"Off"}:
        return "not one of its states"
    _press(field, state)
    return ""


def _press(field: Object, state: str) -> None:
    field.V = Name("/" + state)
    for widget in _widgets(field):
        widget.AS = Name("/" + state) if state == on_state(widget) else Name.Off


def _states(field: Object) -> set[str]:
    return {on_state(widget) for widget in _widgets(field)} - {""}


def _widgets(field: Object) -> list[Object]:
    """A field is its own widget when it has no kids."""
    kids: list[Object] = [kid for kid in items(field.get("/Kids")) if isinstance(kid, Dictionary)]
    return kids or [field]


def _delete(owner: Object, key: str) -> None:
    if key in owner:
        del owner[key]
