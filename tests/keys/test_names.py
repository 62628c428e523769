"""Names in certificates: anybody's, within the bounds, comparable by every validator."""

import pytest
from asn1crypto import x509 as asn1_x509
from hypothesis import given
from hypothesis import strategies as st

from countersign.adapters.keys.material import Person
from countersign.adapters.keys.names import email_name, person_name


def subject(**person: str) -> asn1_x509.Name:
    return asn1_x509.Name.load(person_name(Person(**{"name": "", **person})))


def test_a_300_character_name_is_cut_in_cn_and_whole_in_name() -> None:
    found = subject(name="Ann " * 75).native
    assert found["common_name"].endswith("…")
    assert len(found["common_name"]) <= 64
    assert found["name"] == ("Ann " * 75).strip()


def test_a_name_of_64_characters_is_not_cut() -> None:
    assert subject(name="x" * 64).native == {"common_name": "x" * 64}


def test_control_characters_never_get_into_a_certificate() -> None:
    assert subject(name="Ann\x00\x1b[31m\r\nSmith\u202e").native == {
        "common_name": "Ann [31m Smith"
    }


def test_a_person_without_a_name_is_named_by_the_address() -> None:
    assert subject(name=" \n", email="a@example.test").native == {"common_name": "a@example.test"}
    assert subject().native == {"common_name": "Unnamed signer"}


def test_characters_that_name_comparison_refuses_become_white_squares() -> None:
    assert subject(name="Anna 😀").native == {"common_name": "Anna □"}


def test_a_name_in_two_directions_has_a_value_for_each() -> None:
    values = [value.native for rdn in subject(name="יעקב בן־דוד (Jacob)").chosen for value in rdn]
    assert [value["value"] for value in values] == ["יעקב בן־דוד", "(Jacob)"]


@given(st.text(), st.text(max_size=100), st.text(max_size=30))
def test_every_text_gives_a_name_that_validators_can_compare(
    name: str, identifier: str, email: str
) -> None:
    found = subject(name=name, identifier=identifier, email=email)
    assert found.hashable  # runs string preparation, which raises for what it refuses
    for rdn in found.chosen:
        for attribute in rdn:
            value = attribute["value"].native
            assert value
            assert attribute["type"].native == "name" or len(value) <= 64


@pytest.mark.parametrize(
    "email", ["", "no address", "a b@example.test", "jürgen@example.test", "a\n@b.test"]
)
def test_what_no_certificate_can_hold_as_an_address_is_left_out(email: str) -> None:
    assert email_name(email) == b""
