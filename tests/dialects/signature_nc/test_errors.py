"""The table of errors is total, and every failure is plain text."""

from __future__ import annotations

import pytest

from countersign.dialects.signature_nc.errors import TABLE, UNUSABLE
from countersign.domain import errors

from .house import BASE, House
from .test_checks import assert_refused


def every(kind: type[errors.DomainError]) -> list[type[errors.DomainError]]:
    found = [one for child in kind.__subclasses__() for one in (child, *every(child))]
    return [one for one in found if one.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", every(errors.DomainError))
def test_every_domain_error_has_a_status_and_a_text(kind: type[errors.DomainError]) -> None:
    status, text = TABLE[kind]
    assert 400 <= status < 600
    assert text


def test_every_reason_for_an_unusable_file_has_a_text() -> None:
    documented = errors.UnusableFile.__doc__ or ""
    codes = documented.partition("`code`:")[2].replace(".", "").replace("\n", " ").split(",")
    missing = {code.strip() for code in codes} - UNUSABLE.keys() - {"not_image"}
    assert not missing, "signers, not senders, upload images; the others need a text"


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/nothing", 404, "Not Found"),
        ("GET", "/submissions/", 404, "Not Found"),
        ("POST", "/submissions", 405, "Method Not Allowed"),
        ("PUT", "/tokens", 405, "Method Not Allowed"),
        ("OPTIONS", "/signatures", 405, "Method Not Allowed"),
    ],
)
def test_unknown_paths_and_methods_are_plain_text(
    house: House, method: str, path: str, status: int, text: str
) -> None:
    assert_refused(house.client.request(method, BASE + path), text, status)


def test_a_wrong_method_is_told_the_right_ones(house: House) -> None:
    answer = house.client.put(f"{BASE}/tokens")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_head_answers_what_get_answers_without_a_body(house: House) -> None:
    made = house.create()
    answer = house.client.head(f"{BASE}/submissions/{made['uuid']}")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_bug_is_answered_in_plain_text_and_tells_nothing(house: House) -> None:
    made = house.create()
    with house.ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(made["uuid"])
    object.__setattr__(envelope, "extras", {})
    answer = house.client.get(f"{BASE}/submissions/{made['uuid']}")
    assert_refused(answer, "Internal Server Error", 500)


def test_no_browser_takes_an_error_for_a_page(house: House) -> None:
    answer = house.client.get(f"{BASE}/submissions/<script>")
    assert answer.headers["x-content-type-options"] == "nosniff"
