"""Results in the archive: kept for their time, whatever becomes of where they came from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from countersign.domain.account import Caller
from countersign.domain.errors import Conflict, NotFound
from countersign.usecases.archive import end_archived, read_archived, remove_archived
from countersign.usecases.create_account import create_account

from .house import BASE, COLLECTIONS, DOCUMENTS, NOBODY, House, bearer, request, token_of
from .test_bounds import wrong
from .test_errors import assert_refused

ARCHIVE = f"{BASE}/archive-documents"
FIVE_YEARS = {"sendSignatureResultsToArchive": True, "retentionPeriod": "P5Y"}


def archived(house: House, *places: tuple[str, ...], **settings: Any) -> list[str]:
    """The archive's ids of the results of a signed session."""
    made = house.session(*(places or (house.collection(),)), archive={**FIVE_YEARS, **settings})
    house.sign(made)
    return [each["archiveId"] for each in house.read(made)["output"]["signatures"]]


def get(house: House, id: str, **headers: str) -> Any:
    return house.client.get(f"{ARCHIVE}/{id}", headers=headers)


def caller(house: House) -> Caller:
    with house.ports.unit_of_work() as uow:
        (first, *_) = uow.credentials.of_account(house.account.id, "signicat")
        return uow.credentials.caller(first.id)


def test_a_result_is_in_the_archive_as_soon_as_it_is_signed(house: House) -> None:
    place = house.collection()
    made = house.session(place, archive=FIVE_YEARS)
    assert made["archive"] == FIVE_YEARS
    assert made["output"]["signatures"] == []
    house.sign(made)
    (signature,) = house.read(made)["output"]["signatures"]
    assert signature["archiveId"] not in (signature["resultDocumentId"], place[1])
    answer = get(house, signature["archiveId"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content == house.download(signature["resultDocumentId"])


def test_every_document_of_every_collection_is_archived_by_itself(house: House) -> None:
    one, two = house.collection(house.document("a"), house.document("b")), house.collection()
    ids = archived(house, one, two)
    assert len({get(house, id).content for id in ids}) == len(ids) == 3


@pytest.mark.parametrize("settings", [{"sendSignatureResultsToArchive": False}, None])
def test_what_is_not_asked_for_is_not_archived(house: House, settings: Any) -> None:
    asked = {"archive": {"retentionPeriod": "P5Y", **settings}} if settings else {}
    made = house.session(house.collection(), **asked)
    house.sign(made)
    assert "archiveId" not in house.read(made)["output"]["signatures"][0]
    with house.ports.unit_of_work() as uow:
        assert list(uow.archive.of_account(house.account.id)) == []


def test_it_outlives_session_result_document_and_collection(house: House) -> None:
    place = house.collection()
    made = house.session(place, archive=FIVE_YEARS)
    house.sign(made)
    house.work()
    (signature,) = house.read(made)["output"]["signatures"]
    before = get(house, signature["archiveId"]).content
    assert house.remove(made).status_code == 204
    for path in (
        f"{DOCUMENTS}/{signature['resultDocumentId']}",
        f"{DOCUMENTS}/{place[1]}",
        f"{COLLECTIONS}/{place[0]}",
    ):
        assert house.client.delete(path).status_code == 204, path
    assert get(house, signature["archiveId"]).content == before


def test_it_is_no_document_that_could_be_deleted_or_signed(house: House) -> None:
    (id,) = archived(house)
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/metadata")):
        answer = house.client.request(method, f"{DOCUMENTS}/{id}{path}")
        assert_refused(answer, 404, "not_found")
    assert wrong(house.gather(id))
    assert house.client.delete(f"{ARCHIVE}/{id}").status_code == 405
    assert get(house, id).status_code == 200


def test_it_is_kept_for_its_time_by_the_calendar_and_then_removed(house: House) -> None:
    (id,) = archived(house)
    with house.ports.unit_of_work() as uow:
        (file,) = uow.archive.of_account(house.account.id)
    begun = house.world.now
    assert file.keep_until == begun.replace(year=begun.year + 5)
    content = get(house, id).content
    house.world.now = file.keep_until - timedelta(seconds=1)
    house.work()
    house.pass_time(seconds=0)
    assert get(house, id).content == content
    house.pass_time(seconds=1)
    house.work()
    assert_refused(get(house, id), 404, "not_found")
    with house.ports.unit_of_work() as uow:
        (left,) = uow.archive.of_account(house.account.id)
    assert (left.parts, left.filename, left.removed_at) == ((), "", file.keep_until)
    assert (left.archived_at, left.keep_until, len(left.sha256)) == (begun, file.keep_until, 64)


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ("P1M", "2026-12-20T09:00:00+00:00"),
        ("P3M", "2027-02-20T09:00:00+00:00"),
        ("P1Y2M10D", "2028-01-30T09:00:00+00:00"),
        ("P2W", "2026-12-04T09:00:00+00:00"),
        ("PT36H", "2026-11-21T21:00:00+00:00"),
        ("P100Y", "2126-11-20T09:00:00+00:00"),
    ],
)
def test_a_retention_period_is_an_iso_8601_duration(house: House, period: str, end: str) -> None:
    house.world.now = datetime.fromisoformat("2026-11-20T09:00:00+00:00")
    house.pass_time(seconds=0)
    archived(house, retentionPeriod=period)
    with house.ports.unit_of_work() as uow:
        (file,) = uow.archive.of_account(house.account.id)
    assert file.keep_until is not None
    assert file.keep_until.isoformat() == end


@pytest.mark.parametrize("period", ["P101Y", "P9999Y", "P1300M", "P0D", "P"])
def test_a_retention_period_of_nothing_or_of_ages_is_refused(house: House, period: str) -> None:
    settings = {**FIVE_YEARS, "retentionPeriod": period}
    answer = house.ask(request(house.collection(), archive=settings))
    assert list(wrong(answer)) == ["[0].archive.retentionPeriod"]


def test_nobody_removes_it_before_its_time_and_afterwards_it_goes_once(house: House) -> None:
    (id,) = archived(house, retentionPeriod="P30D")
    with pytest.raises(Conflict, match="retention"):
        remove_archived(id, caller(house), house.ports)
    with pytest.raises(Conflict):
        end_archived(house.account.id, id, house.ports)
    house.pass_time(days=30)
    remove_archived(id, caller(house), house.ports)
    for again in range(2):
        with pytest.raises(NotFound):
            remove_archived(id, caller(house), house.ports)
        end_archived(house.account.id, id, house.ports)
        assert get(house, id).status_code == 404, again
    house.work()


def test_another_account_finds_nothing_in_it(house: House) -> None:
    (id,) = archived(house)
    other = create_account("Other Firm", "other@firm.example", house.ports)
    answer = get(house, id, **bearer(token_of(other, house.ports)))
    unknown = get(house, NOBODY)
    assert answer.json() | {"traceId": ""} == unknown.json() | {"traceId": ""}
    assert_refused(answer, 404, "not_found")
    for nothing in ("x", "%00", "a" * 3000):
        assert get(house, nothing).status_code in (400, 404)


def test_a_client_needs_the_permission(house: House) -> None:
    (id,) = archived(house)
    limited = token_of(house.account, house.ports, permissions=("sign:document:read",))
    problem = assert_refused(get(house, id, **bearer(limited)), 403, "missing_permission")
    assert "sign:archive:read" in problem["detail"]
    assert read_archived(id, caller(house), house.ports).id == id
