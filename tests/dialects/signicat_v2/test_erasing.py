"""What the rules of an account erase of collections, over fakes."""

from __future__ import annotations

import pytest

from countersign.domain.erasing import RETENTION
from countersign.domain.errors import NotFound
from countersign.usecases.erase_envelope import erase

from .house import DOCUMENTS, House


def erased(house: House, collection: str) -> None:
    """As the rules of its account would; two hours later its bytes are gone, too."""
    with house.ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(collection)
        erase(envelope, RETENTION, house.world.now, uow)
        uow.commit()
    house.pass_time(hours=2)
    house.work()


def is_known(house: House, document: str) -> bool:
    return bool(house.client.get(f"{DOCUMENTS}/{document}").status_code == 200)


def test_results_packages_and_uploads_go_with_their_collection(house: House) -> None:
    collection, document = house.collection()
    made = house.session((collection, document))
    house.sign(made)
    house.work()
    (signature,) = house.read(made)["output"]["signatures"]
    result = signature["resultDocumentId"]
    assert is_known(house, result)
    erased(house, collection)
    assert not is_known(house, result)
    assert not is_known(house, document)
    assert not house.world.files.stored


def test_an_upload_that_is_in_another_collection_stays_whole(house: House) -> None:
    collection, document = house.collection()
    other, _ = house.collection(document)
    made = house.session((other, document))
    erased(house, collection)
    assert is_known(house, document)
    house.sign(made)
    house.work()
    assert house.state(made) == "SIGNED"
    erased(house, other)
    assert not house.world.files.stored


def test_a_result_that_is_sent_in_again_and_dropped_leaves_the_result(house: House) -> None:
    """They have the same bytes, and so the same file."""
    collection, document = house.collection()
    made = house.session((collection, document))
    house.sign(made)
    house.work()
    (package,) = house.packages(collection)
    content = house.download(package["resultDocumentId"])
    again = house.upload(content)
    assert again.status_code in (200, 201)
    assert house.client.delete(f"{DOCUMENTS}/{again.json()['documentId']}").status_code in (
        200,
        204,
    )
    house.pass_time(hours=2)
    house.work()
    assert house.download(package["resultDocumentId"]) == content


def test_a_document_that_is_removed_takes_its_bytes_with_it(house: House) -> None:
    document = house.document()
    assert house.client.delete(f"{DOCUMENTS}/{document}").status_code in (200, 204)
    house.pass_time(hours=2)
    house.work()
    assert not house.world.files.stored


def test_what_was_removed_from_the_lists_is_erased_as_well(house: House) -> None:
    collection, document = house.collection()
    house.sign(house.session((collection, document)))
    house.work()
    assert house.client.delete(f"/sign/document-collections/{collection}").status_code in (200, 204)
    erased(house, collection)
    assert not house.world.files.stored
    with house.ports.unit_of_work() as uow:
        assert uow.deletions.get(collection).by == RETENTION
        with pytest.raises(NotFound):
            uow.stored_files.get(house.account.id, document)


@pytest.mark.parametrize("gone", [0, 1])
def test_a_session_over_two_collections_leaves_the_other_one_whole(house: House, gone: int) -> None:
    """Whichever of them is the session's home."""
    places = [house.collection(), house.collection()]
    house.sign(house.session(*places))
    house.work()
    other = places[1 - gone][0]
    before = [house.download(one["resultDocumentId"]) for one in house.packages(other)]
    erased(house, places[gone][0])
    assert [house.download(one["resultDocumentId"]) for one in house.packages(other)] == before
    assert before
    erased(house, other)
    assert not house.world.files.stored
