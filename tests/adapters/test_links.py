"""Tokens in links: made here, recognised here, nothing else is."""

import base64
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.adapters.links import SignedLinks
from countersign.domain.errors import Gone, NotFound
from countersign.usecases.outside_ports import Download
from tests.adapters import samples

LINKS = SignedLinks("https://sign.test/", bytes(range(32)))
EXPIRES = samples.NOW + timedelta(hours=1)


def signing_token() -> str:
    return LINKS.signing(samples.task()).removeprefix("https://sign.test/s/")


def download_token() -> str:
    link = LINKS.download(samples.envelope(), samples.document(segments=2), EXPIRES)
    return link.removeprefix("https://sign.test/d/")


def test_a_signing_link_leads_back_to_its_task() -> None:
    token = signing_token()
    assert LINKS.task_id(token) == samples.TASK
    assert LINKS.signing(samples.task()).endswith(token)


def test_a_download_link_says_which_document_at_which_revision() -> None:
    expected = Download(envelope_id=samples.ENVELOPE, document_id=samples.DOCUMENT, segments=2)
    assert LINKS.downloadable(download_token(), samples.NOW) == expected


def test_a_download_link_works_until_it_expires() -> None:
    token = download_token()
    LINKS.downloadable(token, EXPIRES - timedelta(seconds=1))
    with pytest.raises(Gone, match="expired"):
        LINKS.downloadable(token, EXPIRES)


def test_links_of_another_server_are_unknown() -> None:
    other = SignedLinks("https://sign.test", bytes(32))
    with pytest.raises(NotFound):
        other.task_id(signing_token())
    with pytest.raises(NotFound):
        other.downloadable(download_token(), samples.NOW)


def test_one_kind_of_token_is_no_token_of_the_other_kind() -> None:
    with pytest.raises(NotFound):
        LINKS.downloadable(signing_token(), samples.NOW)
    with pytest.raises(NotFound):
        LINKS.task_id(download_token())


@pytest.mark.parametrize("token", [signing_token(), download_token()])
def test_no_bit_of_a_token_can_be_changed(token: str) -> None:
    whole = base64.urlsafe_b64decode(token + "==")
    for index in range(len(whole)):
        changed = bytearray(whole)
        changed[index] ^= 1
        spelled = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
        with pytest.raises(NotFound):
            LINKS.task_id(spelled)
        with pytest.raises(NotFound):
            LINKS.downloadable(spelled, samples.NOW)


def test_a_token_has_one_spelling_only() -> None:
    token = signing_token()  # 32 bytes: the last of 43 characters carries two unused bits
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]
    assert base64.urlsafe_b64decode(twin + "=") == base64.urlsafe_b64decode(token + "=")
    for other in (twin, token + "=", " " + token, token + "\n", token.replace("-", "+") + "A"):
        with pytest.raises(NotFound):
            LINKS.task_id(other)


@given(st.text(max_size=100))
def test_any_other_text_is_an_unknown_link(token: str) -> None:
    with pytest.raises(NotFound):
        LINKS.task_id(token)
    with pytest.raises(NotFound):
        LINKS.downloadable(token, samples.NOW)
