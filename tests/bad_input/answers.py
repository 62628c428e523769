"""What a refusal has to look like on each surface."""

from __future__ import annotations

from typing import Any


def assert_plain(answer: Any, text: str, status: int = 400) -> None:
    """The vendor's API: one line of plain text."""
    assert (answer.status_code, answer.text) == (status, text)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def assert_problem(answer: Any, status: int, code: str, *named: str) -> None:
    """The signing page: {"error": {"code", "message", "fields"}}; `named` are the wrong fields."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.json().keys() == {"error"}
    problem = answer.json()["error"]
    assert problem.keys() == {"code", "message", "fields"}
    assert problem["code"] == code, problem
    assert problem["message"]
    assert set(problem["fields"]) == set(named), problem


def assert_unknown(answer: Any) -> None:
    assert_problem(answer, 404, "not_found")
