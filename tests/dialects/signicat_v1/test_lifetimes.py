"""What ends when, on a real server whose clock is moved; and what is left of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from tests.pdf.samples import contract
from tests.support.processes import wait_until
from tests.support.server import StartServer

from .customer import Customer, link_of, new_customer, prove, sign
from .orders import DOCUMENTS, ORDERS, document, mail, order, package, task, wrong

pytestmark = pytest.mark.slow


@pytest.fixture
def customer(start_server: StartServer) -> Iterator[Customer]:
    made = new_customer(start_server("--sandbox"))
    yield made
    made.api.close()


def advance(customer: Customer, span: str) -> None:
    customer.server.run("sandbox", "advance", span)
    customer.log_in()


def stored(customer: Customer) -> set[str]:
    """The SHA-256 of every content in the file store."""
    folders = (customer.server.data / "files").iterdir()
    return {path.name for folder in folders if len(folder.name) == 2 for path in folder.iterdir()}


def all_rows(database: sqlite3.Connection) -> str:
    """But for the search index, which holds no words and can't be read through."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'name_index%'"
    names = [name for (name,) in database.execute(tables)]
    return "\n".join(
        str(row) for name in names for row in database.execute(f'SELECT * FROM "{name}"')
    )


def assert_nothing_is_left(customer: Customer, by: str, *words: str) -> dict[str, str]:
    """None of the words stands in the database, and its one record of a deletion ends the chain of
    evidence. Returns the record; `by` is who deleted, where that matters."""
    names = ("removed", "kept", "by", "chain_head")
    with sqlite3.connect(customer.server.data / "countersign.db") as database:
        whole = all_rows(database)
        (row,) = database.execute(f"SELECT {', '.join(names)} FROM deletions").fetchall()
        (chain_head,) = database.execute(
            "SELECT chain_head FROM envelopes WHERE status = 'deleted'"
        ).fetchone()
    record = dict(zip(names, row, strict=True))
    assert record["chain_head"] == chain_head
    assert by in ("", record["by"])
    assert [word for word in words if word in whole] == []
    return record


def test_an_upload_is_gone_after_half_an_hour_unless_an_order_uses_it(
    customer: Customer,
) -> None:
    used, unused = customer.upload(), customer.upload(contract() + b"% another\n")
    made = customer.order(task(document(used)))
    advance(customer, "29m")
    assert customer.download(f"{DOCUMENTS}/{unused}") == contract() + b"% another\n"
    advance(customer, "2m")
    assert customer.api.get(f"{DOCUMENTS}/{unused}").status_code == 404
    answer = customer.api.post(ORDERS, json=order(task(document(unused))))
    assert list(wrong(answer)) == ["tasks[0].documents[0].documentRef"]
    assert customer.download(f"{DOCUMENTS}/{used}") == contract()
    assert customer.state(made) == "CREATED"


def test_a_deleted_upload_leaves_the_order_its_copy(customer: Customer) -> None:
    ref = customer.upload()
    made = customer.order(task(document(ref)))
    assert customer.api.delete(f"{DOCUMENTS}/{ref}").status_code == 204
    assert customer.api.get(f"{DOCUMENTS}/{ref}").status_code == 404
    sign(made, "Åsa Öberg")
    original = customer.status(made)["documents"][0]["originalUri"]
    assert customer.download(original) == contract()


def test_a_task_expires_by_itself(customer: Customer) -> None:
    made = customer.order(task(document(customer.upload()), daysToLive=3))
    advance(customer, "2d23h")
    assert customer.state(made) == "CREATED"
    advance(customer, "2h")
    assert customer.state(made) == "EXPIRED"
    assert prove(link_of(made), "Åsa Öberg").status_code == 410


def test_an_order_is_gone_days_after_its_last_task_has_ended(customer: Customer) -> None:
    ref = customer.upload()
    made = customer.order(
        task(document(ref), id="signs", notifications=[mail()]),
        task(document(ref), id="sleeps", daysToLive=5),
        daysUntilDeletion=2,
        packagingTasks=[package(("signs", "doc-1"))],
    )
    sign(made, "Åsa Öberg", "signs")
    customer.package(made)
    advance(customer, "4d")
    assert customer.state(made, "signs") == "COMPLETED"
    advance(customer, "1d1m")  # the other one expires
    wait_until(lambda: customer.state(made, "sleeps") == "EXPIRED", "the deadline")
    wait_until(lambda: "INTERNAL" in customer.events(made, "sleeps"), "the sweep")
    advance(customer, "1d23h")
    assert customer.state(made, "signs") == "COMPLETED"
    advance(customer, "1h")
    wait_until(lambda: customer.state(made, "signs") == "DELETED", "the end")
    assert customer.status(made, "sleeps")["documents"] == []
    assert_nothing_is_left(customer, "retention", "Åsa Öberg", "kari@example.org", "Please sign")
    assert customer.api.get(f"{ORDERS}/{made['id']}").status_code == 404
    assert customer.api.get(f"{ORDERS}/{made['id']}/tasks/other/status").status_code == 404


def test_what_is_deleted_leaves_a_record_and_nothing_else(customer: Customer) -> None:
    before = stored(customer)
    ref = customer.upload()
    made = customer.order(
        task(
            document(ref, sendResultToArchive=True),
            document(customer.upload(contract() + b"% not archived\n"), id="plain"),
            notifications=[mail(recipient="kari@example.org")],
        ),
        packagingTasks=[package(("1", "doc-1"), sendToArchive=True)],
    )
    sign(made, "Kari Nordmann")
    packaged = customer.package(made)
    status = customer.status(made)
    archived, plain = (one["resultUri"] for one in status["documents"])
    assert "/archive-documents/" in archived
    assert "/archive-documents/" not in plain
    result = customer.download(archived)
    assert customer.api.delete(f"{ORDERS}/{made['id']}").status_code == 204
    for path in ("", "/tasks/1/status", "/tasks/1/events", "/packaging-tasks/pack/result"):
        assert customer.api.get(f"{ORDERS}/{made['id']}{path}").status_code == 404, path
    assert customer.api.delete(f"{ORDERS}/{made['id']}").status_code == 404
    assert customer.download(archived) == result
    assert packaged.startswith(result)
    record = assert_nothing_is_left(customer, "", "Kari", "kari@example.org", "Please sign")
    assert record["by"] != "retention"
    assert "[]" not in (record["removed"], record["kept"])
    assert customer.api.delete(archived).status_code == 204
    assert customer.api.get(archived).status_code == 404
    assert stored(customer) - before  # the files follow after an hour, by the store's own clock
