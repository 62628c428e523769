"""Whatever an envelope holds comes back from the database exactly, in any script."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from countersign.domain.envelope import Envelope
from countersign.domain.events import Event, EventKind
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import envelope, new_id

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
MOMENT = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
ANY_TEXT = st.text(max_size=10)  # JSON takes NUL and half surrogate pairs as well
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | NUMBER | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=5,
)


def filled(kind: type[Any]) -> st.SearchStrategy[Any]:
    """A dataclass with anything in its fields, whatever fields it may get in future."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: value(hints[field.name]) for field in fields(kind)})


def value(hint: Any) -> st.SearchStrategy[Any]:
    arguments = get_args(hint)
    if get_origin(hint) in (UnionType, Union):
        return st.one_of(value(argument) for argument in arguments)
    if get_origin(hint) is tuple and Ellipsis not in arguments:
        return st.tuples(*(value(argument) for argument in arguments))
    if get_origin(hint) is tuple:
        return st.lists(value(arguments[0]), max_size=2).map(tuple)
    if arguments:  # a mapping
        return st.dictionaries(value(arguments[0]), value(arguments[1]), max_size=3)
    if is_dataclass(hint):
        return filled(hint)
    return PLAIN[hint] if hint in PLAIN else st.from_type(hint)


PLAIN = {
    str: TEXT,
    float: NUMBER,
    int: st.integers(0, 2**31 - 2),
    datetime: MOMENT,
    Any: JSON,
}


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    """Ids are unique; actions name documents of the envelope; it is in no project, which would have
    to be there. All else is free."""
    made = draw(filled(Envelope))
    documents = tuple(replace(one, id=new_id()) for one in made.documents)
    ids = [one.id for one in documents]
    tasks = tuple(
        replace(one, id=new_id(), actions=dict(zip(ids, one.actions.values(), strict=False)))
        for one in made.tasks
    )
    audit = replace(made.audit, id=new_id()) if made.audit else None
    whole = replace(made, id=new_id(), documents=documents, tasks=tasks, audit=audit)
    return replace(whole, project_id=None)


EVENTS = st.lists(
    st.builds(
        Event,
        kind=st.sampled_from(EventKind),
        at=MOMENT,
        task_id=st.none() | TEXT,
        data=st.dictionaries(ANY_TEXT, JSON, max_size=3),
    ),
    max_size=3,
)
many = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes
)


@pytest.mark.slow
@many
@given(made=envelopes(), events=EVENTS)
def test_any_envelope_comes_back(
    stored_unit: OpenUnit, made: Envelope, events: list[Event]
) -> None:
    with stored_unit() as uow:
        uow.envelopes.add(made, events)
        uow.commit()
    with stored_unit() as uow:
        assert uow.envelopes.get(made.id) == made
        assert [link.event for link in uow.envelopes.evidence(made.id)] == events


@pytest.mark.slow
@many
@given(before=envelopes(), after=envelopes())
def test_any_change_comes_back(stored_unit: OpenUnit, before: Envelope, after: Envelope) -> None:
    changed = replace(
        after,
        id=before.id,
        version=before.version,
        documents=_mixed(before.documents, after.documents),
        tasks=_mixed(before.tasks, after.tasks),
    )
    with stored_unit() as uow:
        uow.envelopes.add(before, [])
        uow.envelopes.save(changed, [])
        uow.commit()
    with stored_unit() as uow:
        assert uow.envelopes.get(before.id) == replace(changed, version=before.version + 1)


def _mixed(before: tuple[Any, ...], after: tuple[Any, ...]) -> tuple[Any, ...]:
    """The first one changed, the others gone, new ones behind."""
    return (
        *(replace(new, id=old.id) for old, new in zip(before[:1], after, strict=False)),
        *after[1:],
    )


NAMES = (
    "Łukasz Żółć", "Nguyễn Thị Ánh", "Αλέξανδρος", "Дарья", "محمد", "שרה", "王小明", "さくら",
    "🙂👩\u200d👧", "a\u0301", "\u202eabc", "\ufeff",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_are_kept_as_they_are_written(stored_unit: OpenUnit, name: str) -> None:
    made = envelope(name=name, sender_name=name)
    with stored_unit() as uow:
        uow.envelopes.add(made, [])
        assert uow.envelopes.get(made.id).name == name
