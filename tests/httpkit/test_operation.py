"""Mistakes in a declaration are found when it is made, not when somebody calls."""

import asyncio
from functools import partial
from typing import Any

import pytest

from countersign.httpkit import Operation, Runtime


def named(caller: str, club: str) -> None:
    """Do it"""


def test_a_handler_may_be_a_partial() -> None:
    def read(engine: str, club: str) -> None:
        """Read a club"""

    operation = Operation("GET", "/clubs/{club}", partial(read, "engine"))
    assert (operation.name, operation.doc, operation.wants) == ("read", "Read a club", ("club",))


def test_the_name_stands_in_for_a_docstring() -> None:
    def read_all() -> None: ...

    assert Operation("GET", "/clubs", read_all).doc == "Read all"


def test_a_handler_cannot_want_what_nobody_gives() -> None:
    with pytest.raises(TypeError, match="GET /clubs: nobody gives the handler club"):
        Operation("GET", "/clubs", named)


def test_a_public_operation_has_no_caller() -> None:
    with pytest.raises(TypeError, match="caller"):
        Operation("GET", "/clubs/{club}", named, public=True)


def test_a_handler_cannot_want_a_body_that_is_not_declared() -> None:
    def send(body: Any) -> None: ...

    with pytest.raises(TypeError, match="wants body"):
        Operation("POST", "/clubs", send)


def test_a_path_cannot_use_the_kits_names() -> None:
    def read(caller: str) -> None: ...

    with pytest.raises(TypeError, match="the path uses"):
        Operation("GET", "/clubs/{caller}", read)


def test_a_handler_is_a_plain_function() -> None:
    async def read() -> None: ...

    with pytest.raises(TypeError, match="plain functions"):
        Operation("GET", "/clubs", read)


def test_handlers_need_the_lifespan(tmp_path: Any) -> None:
    with pytest.raises(RuntimeError, match="lifespan"):
        asyncio.run(Runtime(tmp_path, handler_threads=1).handle(dict))
