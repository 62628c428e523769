"""The list of sessions: every parameter, alone and together."""

from __future__ import annotations

import pytest

from .house import SESSIONS, House, ok, request
from .test_bounds import wrong


@pytest.fixture
def shelf(house: House) -> House:
    """Sessions A to E, A oldest, an hour apart from 8:58: A is signed, B rejected, E waits for C.
    B, D and E are due."""
    place = house.collection(package=False)
    made = {}
    for title, days in {"A": 0, "B": 3, "C 100%": 0, "D Ärger": 1, "E": 3}.items():
        due = {"dueDate": house.ahead(days=days)} if days else {}
        after = {"subsequentTo": [made["C 100%"]["id"]]} if title == "E" else {}
        made[title] = house.session(place, title=title, **due, **after)
        house.pass_time(hours=1)
    house.sign(made["A"])
    house.reject(made["B"])
    return house


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", "EDCBA"),
        ("?state=READY", "DC"),
        ("?state=BLOCKED&state=SIGNED", "EA"),
        ("?state=REJECTED&state=REJECTED", "B"),
        ("?state=EXPIRED", ""),
        ("?createdDateFrom=2026-11-20T10:58:00Z", "EDC"),
        ("?createdDateTo=2026-11-20T10:58:00Z", "CBA"),
        ("?createdDateFrom=2026-11-20T10:58:00%2B01:00&createdDateTo=2026-11-20T09:58:00Z", "B"),
        ("?createdDateFrom=2026-11-20T10:58:00+01:00&createdDateTo=2026-11-20T09:58:00Z", "B"),
        ("?dueDateFrom=2026-11-21T11:58:00Z", "EDB"),
        ("?dueDateTo=2026-11-21T11:58:00Z", "D"),
        ("?dueDateFrom=2026-11-22T00:00:00Z&dueDateTo=2026-11-23T10:00:00Z", "B"),
        ("?sessionTitleLike=äRG", "D"),
        ("?sessionTitleLike=%25", "C"),
        ("?sessionTitleLike=_", ""),
        ("?sessionTitleLike=", "EDCBA"),
        ("?limit=2", "ED"),
        ("?limit=2&offset=3", "BA"),
        ("?offset=5", ""),
        ("?sort=-createdAt", "EDCBA"),
        ("?sort=%2BcreatedAt", "ABCDE"),
        ("?sort=+createdAt", "ABCDE"),
        ("?sort=createdAt", "ABCDE"),
        ("?sort=-title", "EDCBA"),
        ("?sort=dueDate&sort=createdAt", "DBEAC"),
        ("?sort=dueDate,-createdAt", "DBECA"),
        ("?sort=-dueDate,+createdAt", "EBDAC"),
        ("?sort=-dueDate&sort=+createdAt&limit=3&offset=1", "BDA"),
        ("?sort=state&state=READY&sort=-title", "DC"),
        ("?sort=state,createdAt", "ECDBA"),
        ("?sort=-state,createdAt", "ABCDE"),
        ("?colour=blue", "EDCBA"),
    ],
)
def test_a_list_holds_what_was_asked_for(shelf: House, query: str, titles: str) -> None:
    assert "".join(title[0] for title in shelf.listed(query)) == titles


def test_a_page_says_where_it_is(shelf: House) -> None:
    page = ok(shelf.client.get(f"{SESSIONS}?offset=3&limit=4"))
    assert {name: page[name] for name in ("limit", "offset", "count", "total")} == {
        "limit": 4,
        "offset": 3,
        "count": 2,
        "total": 5,
    }
    page = ok(shelf.client.get(f"{SESSIONS}?limit=1000&offset=100000"))
    assert (page["count"], page["total"], page["data"]) == (0, 5, [])


def test_a_listed_session_is_what_reading_it_answers(shelf: House) -> None:
    for one in ok(shelf.client.get(SESSIONS))["data"]:
        assert one == shelf.read(one)


def test_a_list_shows_the_packages_of_its_sessions(house: House) -> None:
    place = house.collection(package=False)
    titles = ("One", "Two")
    made = [house.session(place, title=each, packageTo=["PADES_CONTAINER"]) for each in titles]
    for each in made:
        house.sign(each)
    house.work()
    for one in ok(house.client.get(SESSIONS))["data"]:
        assert len(one["output"]["packages"]) == 1


def test_a_session_of_several_collections_is_listed_once(house: House) -> None:
    house.session(house.collection(), house.collection(house.document("other")))
    assert house.listed() == ["Lease"]


def test_a_session_that_others_wait_for_is_listed_once(house: House) -> None:
    first = house.session(house.collection(), title="First")
    elsewhere = house.collection(house.document("other"))
    ok(house.ask(request(elsewhere, title="Second", subsequentTo=[first["id"]])))
    assert sorted(house.listed()) == ["First", "Second"]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("offset=-1", "offset"),
        ("offset=100001", "offset"),
        ("offset=x", "offset"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=", "limit"),
        ("sort=colour", "sort"),
        ("sort=", "sort"),
        ("sort=--createdAt", "sort"),
        ("sort=createdAt,,title", "sort"),
        ("sort=created_at", "sort"),
        ("state=CANCELLED", "state[0]"),
        ("state=READY,BLOCKED", "state[0]"),
        ("createdDateFrom=yesterday", "createdDateFrom"),
        ("createdDateTo=2026-11-20T08:58:00", "createdDateTo"),
        ("dueDateFrom=2026-13-01T00:00:00Z", "dueDateFrom"),
        ("dueDateTo=", "dueDateTo"),
        (f"sessionTitleLike={'x' * 256}", "sessionTitleLike"),
    ],
)
def test_a_bad_parameter_is_named(house: House, query: str, path: str) -> None:
    assert wrong(house.client.get(f"{SESSIONS}?{query}")).keys() == {path}


def test_text_that_no_database_takes_is_refused(house: House) -> None:
    assert wrong(house.client.get(f"{SESSIONS}?sessionTitleLike=%00")) == {}
