from datetime import UTC, datetime

from countersign.httpkit import json_response, page_headers, problem_response, text_response


def test_json_is_compact_and_knows_dates() -> None:
    answer = json_response({"at": datetime(2026, 1, 2, tzinfo=UTC), "name": "Ådel"}, 201)
    assert answer.body == '{"at":"2026-01-02T00:00:00Z","name":"Ådel"}'.encode()
    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/json")


def test_a_problem_has_its_media_type() -> None:
    answer = problem_response({"status": 404}, 404, {"X-More": "1"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.headers["x-more"], answer.body) == ("1", b'{"status":404}')


def test_text_is_utf_8() -> None:
    answer = text_response("Ådel", 400)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.body == "Ådel".encode()


def test_a_page_may_load_only_what_is_named() -> None:
    headers = page_headers(script_src="'self'", form_action="'none'")
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "script-src 'self'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
