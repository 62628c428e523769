"""Which uploads are texts that can be signed, and what is said of the others."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.xades import UnusableText, inspect_text
from countersign.xades.inspect import MAX_CHARACTERS, MAX_DEPTH, MAX_LINES

XML = "application/xml"
LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]><x>&b;</x>"


@pytest.mark.parametrize(
    ("data", "text", "charset"),
    [
        ("Åsa\r\n\t契約".encode(), "Åsa\r\n\t契約", "utf-8"),
        (b"\xef\xbb\xbfHej", "Hej", "utf-8"),
        ("Åsa 😀".encode("utf-16"), "Åsa 😀", "utf-16"),
        (b"\xfe\xff" + "Åsa".encode("utf-16-be"), "Åsa", "utf-16"),
    ],
    ids=["UTF-8", "with a mark", "UTF-16", "big end first"],
)
def test_a_text_is_read_by_its_encoding(data: bytes, text: str, charset: str) -> None:
    found = inspect_text(data, "text/plain")
    assert (found.text, found.charset) == (text, charset)


def test_lines_are_counted_whatever_ends_them() -> None:
    assert inspect_text(b"a\nb\r\nc\rd", "text/plain").lines == 4


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        ("Åsa".encode("latin-1"), "not_utf8"),
        (b"\xed\xa0\x80", "not_utf8"),
        (b"\xff\xfea", "not_utf8"),
        (b"\xff\xfe\x00\xd8", "not_utf8"),
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", "not_utf8"),
        (b"a\0b", "not_text"),
        ("asa".encode("utf-16-le"), "not_text"),
        (b"\x1b[31mred", "not_text"),
        (b"a\x08b", "not_text"),
        ("a\x85b".encode(), "not_text"),
        ("a\uffffb".encode(), "not_text"),
        (b"x" * (MAX_CHARACTERS + 1), "too_large"),
        (b"x" * (10 * MAX_CHARACTERS), "too_large"),
        (b"a" + b"\n" * MAX_LINES, "too_many_lines"),
    ],
)
def test_what_is_no_text_is_refused_with_its_code(data: bytes, code: str) -> None:
    with pytest.raises(UnusableText) as refused:
        inspect_text(data, "text/plain")
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize("character", ["x", "å", "契", "😀"])
def test_a_million_characters_are_accepted_however_many_bytes_they_have(character: str) -> None:
    inspect_text((character * MAX_CHARACTERS).encode(), "text/plain")


@pytest.mark.parametrize("media_type", [XML, "text/xml; charset=utf-8", "application/ubl+xml"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<a>", "broken_xml"),
        ("<a/><b/>", "broken_xml"),
        ("no XML", "broken_xml"),
        ("<a>&undefined;</a>", "broken_xml"),
        ("<a b='1' b='2'/>", "broken_xml"),
        (LAUGHS, "dtd"),
        ("<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/'><a/>", "dtd"),
        ("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>", "dtd"),
        ("<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "not_utf8"),
        ("<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1), "broken_xml"),
        ("<a>" * 140_000 + "</a>" * 140_000, "broken_xml"),
    ],
)
def test_xml_that_is_not_what_it_shows_is_refused(text: str, code: str, media_type: str) -> None:
    with pytest.raises(UnusableText) as refused:
        inspect_text(text.encode(), media_type)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "<?xml version='1.0' encoding='utf-8'?>\n<a><!-- x --><?y z?><![CDATA[<]]></a>",
        "<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH,
        "<a>" + "<b/>" * 200_000 + "</a>",
    ],
    ids=["ordinary", "deep", "wide"],
)
def test_well_formed_xml_is_accepted(text: str) -> None:
    assert inspect_text(text.encode(), XML).text == text


def test_xml_in_utf_16_is_accepted_with_its_own_claim_only() -> None:
    text = "<?xml version='1.0' encoding='UTF-16'?><å/>"
    assert inspect_text(text.encode("utf-16"), XML).charset == "utf-16"
    with pytest.raises(UnusableText):
        inspect_text(text.encode(), XML)


def test_angle_brackets_in_a_plain_text_are_just_text() -> None:
    assert inspect_text(b"<a> & b <!DOCTYPE", "text/plain").text == "<a> & b <!DOCTYPE"


def test_the_largest_upload_is_judged_at_once() -> None:
    begin = time.process_time()
    inspect_text(("<a>" + "<b/>å" * 199_000 + "</a>").encode(), XML)
    assert time.process_time() - begin < 2


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([XML, "text/plain", "text/markdown", ""]))
def test_any_bytes_are_accepted_or_refused(data: bytes, media_type: str) -> None:
    with contextlib.suppress(UnusableText):
        inspect_text(data, media_type)
