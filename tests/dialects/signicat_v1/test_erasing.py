"""The files of what was erased, over fakes."""

from __future__ import annotations

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


def test_an_upload_that_nobody_used_leaves_no_file(house: House) -> None:
    house.ref()
    house.pass_time(minutes=31)
    house.pass_time(hours=2)
    assert not house.world.files.stored
