"""The hash chain."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.events import Event, EventKind
from countersign.domain.evidence import GENESIS, broken_link, chain, link_hash, timestamp
from tests.domain.building import NOW


def events(count: int) -> list[Event]:
    kinds = list(EventKind)
    return [
        Event(kind=kinds[n % len(kinds)], at=NOW + timedelta(seconds=n), data={"n": n})
        for n in range(count)
    ]


def test_an_untouched_chain_holds() -> None:
    assert broken_link(chain("e1", 0, GENESIS, events(20))) is None


def test_a_chain_goes_on_where_it_stopped() -> None:
    first = chain("e1", 0, GENESIS, events(3))
    second = chain("e1", first[-1].number, first[-1].hash, events(2))
    assert broken_link([*first, *second]) is None
    assert [link.number for link in second] == [4, 5]


@given(st.integers(0, 9), st.sampled_from(["drop", "swap", "edit", "rehash"]))
def test_no_change_goes_unnoticed(place: int, attack: str) -> None:
    links = chain("e1", 0, GENESIS, events(11))
    victim = links[place]
    edited = replace(victim, event=replace(victim.event, data={"n": -1}))
    if attack == "drop":
        del links[place]
    elif attack == "swap":
        links[place], links[place + 1] = links[place + 1], links[place]
    elif attack == "edit":
        links[place] = edited
    else:
        forged = link_hash("e1", edited.number, edited.event, edited.previous)
        links[place] = replace(edited, hash=forged)
    assert broken_link(links) is not None


def test_the_hash_of_a_known_link_never_changes() -> None:
    """The format is public: verifiers written elsewhere depend on it."""
    event = Event(kind=EventKind.ENVELOPE_SENT, at=NOW, data={"name": "Vertrag Ä"})
    assert timestamp(NOW) == "2026-11-20T12:00:00.000Z"
    assert link_hash("e1", 1, event, GENESIS) == (
        "c1770bd0eb2dd59c8813700262b9788704da79833f48bac5fd69c775a39d27c2"
    )
