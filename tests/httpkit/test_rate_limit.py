from collections import Counter
from pathlib import Path

from starlette.testclient import TestClient

from countersign.httpkit import Allowed, RateGuard, RateLimit, Refusal, too_many_requests

from . import sample


class Window:
    """One window that never ends."""

    def __init__(self) -> None:
        self.hits: Counter[str] = Counter()

    def __call__(self, key: str, limit: int, window_seconds: float) -> Allowed | Refusal:
        self.hits[key] += 1
        left = limit - self.hits[key]
        return Allowed(left, window_seconds) if left >= 0 else too_many_requests(12.3)


def test_one_request_too_many_gets_429_with_retry_after(staging: Path) -> None:
    window = Window()
    guard = RateGuard(RateLimit(window, 2, 60), lambda _request, caller: f"key:{caller}")
    app = sample.app(staging, sample.Seen(), rate_guard=guard)
    with TestClient(app, headers=sample.KEY) as client:
        answers = [client.get("/v1/clubs") for _ in range(3)]
        stranger = client.get("/v1/clubs", headers={"authorization": "no"})
        public = client.post("/v1/login", data={"user": "ada"})
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "13"
    assert (stranger.status_code, public.status_code) == (401, 200)
    assert window.hits == {"key:ada": 3}


def test_a_request_without_a_key_is_not_counted(staging: Path) -> None:
    guard = RateGuard(RateLimit(Window(), 0, 60), lambda _request, _caller: None)
    app = sample.app(staging, sample.Seen(), rate_guard=guard)
    with TestClient(app, headers=sample.KEY) as client:
        assert client.get("/v1/clubs").status_code == 200


def test_what_is_left_is_told() -> None:
    limit = RateLimit(Window(), 5, 60)
    assert limit.check("a") == Allowed(4, 60)
    assert limit.check("a") == Allowed(3, 60)


def test_retry_after_is_at_least_a_second() -> None:
    assert too_many_requests(0).headers == {"Retry-After": "1"}
