"""The files of what was erased, over fakes."""

from __future__ import annotations

from countersign.dialects.signicat_v1.ids import read_id
from countersign.domain.keeping import Hold

from .house import House
from .orders import DOCUMENTS, ORDERS, document, package, task


def erase(house: House, made: dict[str, str]) -> None:
    assert house.client.delete(f"{ORDERS}/{made['id']}").status_code == 204


def test_an_hour_later_the_files_are_gone_too(house: House) -> None:
    ref = house.ref()
    made = house.order(task(document(ref)), packagingTasks=[package(("1", "doc-1"))])
    house.sign(made)
    house.work()
    assert house.client.delete(f"{DOCUMENTS}/{ref}").status_code == 204
    erase(house, made)
    house.pass_time(minutes=59)
    assert house.world.files.stored
    house.pass_time(minutes=2)
    assert not house.world.files.stored


def test_what_is_archived_or_used_elsewhere_stays(house: House) -> None:
    ref = house.ref()
    archived = house.order(task(document(ref, sendResultToArchive=True)))
    other = house.order(task(document(ref)))
    house.sign(archived)
    house.work()
    uri = house.status(archived)["documents"][0]["resultUri"]
    result = house.client.get(uri).content
    erase(house, archived)
    house.pass_time(hours=2)
    assert house.client.get(uri).content == result
    house.sign(other)
    house.work()
    path = f"{ORDERS}/{other['id']}/tasks/1/documents/doc-1"
    assert house.client.get(f"{path}/result").status_code == 200
    assert house.client.get(f"{path}/original").status_code == 200


def test_an_upload_goes_with_the_last_order_that_used_it(house: House) -> None:
    ref = house.ref()
    first, second = (house.order(task(document(ref)), daysUntilDeletion=2) for _ in range(2))
    erase(house, first)
    house.pass_time(hours=2)
    assert house.client.get(f"{DOCUMENTS}/{ref}").status_code == 200
    house.sign(second)
    house.work()
    house.pass_time(days=2)
    assert house.state(second) == "DELETED"
    assert house.client.get(f"{DOCUMENTS}/{ref}").status_code == 404
    house.pass_time(hours=2)
    assert not house.world.files.stored


def test_an_upload_that_nobody_used_leaves_no_file(house: House) -> None:
    house.ref()
    house.pass_time(minutes=31)
    house.pass_time(hours=2)
    assert not house.world.files.stored


def held(house: House, envelope_id: str) -> Hold:
    hold = Hold(
        account_id=house.account.id,
        envelope_id=envelope_id,
        reason="A lawsuit",
        set_by="o@acme.test",
        set_at=house.world.now,
    )
    with house.ports.unit_of_work() as uow:
        uow.keeping.holds.add(hold)
        uow.commit()
    return hold


def test_an_order_under_a_legal_hold_is_not_deleted(house: House) -> None:
    made = house.order(task(document(house.ref())), daysUntilDeletion=2)
    envelope_id = read_id(made["id"])
    held(house, envelope_id)
    refused = house.client.delete(f"{ORDERS}/{made['id']}")
    assert (refused.status_code, refused.json()) == (
        409,
        {
            "status": 409,
            "type": "about:blank",
            "title": "Conflict",
            "detail": "It is under a legal hold and can't be deleted.",
        },
    )
    house.sign(made)
    house.work()
    house.pass_time(days=5)
    assert house.client.get(f"{ORDERS}/{made['id']}").status_code == 200
    with house.ports.unit_of_work() as uow:
        uow.keeping.holds.remove(house.account.id, envelope_id)
        uow.commit()
    house.pass_time(days=2)
    assert house.client.get(f"{ORDERS}/{made['id']}").status_code in (404, 410)


def test_a_hold_of_the_account_keeps_uploads_and_the_archive(house: House) -> None:
    ref, other = house.ref(), house.ref()
    made = house.order(task(document(ref, sendResultToArchive=True)))
    house.sign(made)
    house.work()
    uri = house.status(made)["documents"][0]["resultUri"]
    hold = held(house, "")
    for path in (f"{DOCUMENTS}/{other}", uri, f"{ORDERS}/{made['id']}"):
        assert house.client.delete(path).status_code == 409
    house.pass_time(days=3)
    assert house.client.get(uri).status_code == 200
    with house.ports.unit_of_work() as uow:
        uow.keeping.holds.remove(hold.account_id, "")
        uow.commit()
    assert house.client.delete(uri).status_code == 204
    assert house.client.get(uri).status_code == 404


def test_an_archived_file_leaves_its_bytes_to_whom_they_are_and_then_goes(house: House) -> None:
    ref = house.ref()
    made = house.order(task(document(ref, sendResultToArchive=True)))
    house.sign(made)
    house.work()
    uri = house.status(made)["documents"][0]["resultUri"]
    assert house.client.delete(uri).status_code == 204
    house.pass_time(hours=2)
    result = f"{ORDERS}/{made['id']}/tasks/1/documents/doc-1/result"
    assert house.client.get(result).status_code == 200, "the order has them still"
    assert house.client.delete(f"{DOCUMENTS}/{ref}").status_code == 204
    erase(house, made)
    house.pass_time(hours=2)
    assert not house.world.files.stored


def test_bytes_that_are_in_the_archive_only_go_at_its_end(house: House) -> None:
    """Two orders share a base: the second one's end leaves it to the archive of the first."""
    ref = house.ref()
    first = house.order(task(document(ref, sendResultToArchive=True)))
    second = house.order(task(document(ref)))
    for made in (first, second):
        house.sign(made)
    house.work()
    uri = house.status(first)["documents"][0]["resultUri"]
    result = house.client.get(uri).content
    assert house.client.delete(f"{DOCUMENTS}/{ref}").status_code == 204
    erase(house, first)
    erase(house, second)
    house.pass_time(hours=2)
    assert house.client.get(uri).content == result
    assert house.client.delete(uri).status_code == 204
    house.pass_time(hours=2)
    assert not house.world.files.stored
