"""What counts as an origin, and how it is written."""

import pytest

from countersign.domain.errors import Invalid
from countersign.domain.web_origin import web_origin, web_origins


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("https://www.example.com", "https://www.example.com"),
        (" HTTPS://WWW.Example.com/ ", "https://www.example.com"),
        ("https://example.com:443", "https://example.com"),
        ("https://example.com:8443", "https://example.com:8443"),
        ("https://exämple.se", "https://xn--exmple-cua.se"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(given: str, written: str) -> None:
    assert web_origin(given) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "null",
        "example.com",
        "https://",
        "https://*.example.com",
        "https://example.com/path",
        "https://example.com?q",
        "https://user@example.com",
        "https://example.com:port",
        "https://example.com:99999",
        "https://example.com; script-src *",
        "https://example.com https://other.example",
        "https://example.com\r\nset-cookie: x",
        "https://" + "a" * 300 + ".example",
        "javascript://example.com",
        "http://example.com",
        "http://localhost.example.com",
    ],
)
def test_nothing_else_is_an_origin(text: str) -> None:
    with pytest.raises(Invalid):
        web_origin(text)


def test_an_origin_that_is_named_twice_counts_once() -> None:
    assert web_origins(["https://a.example", "https://A.example:443"]) == ("https://a.example",)
