"""Somebody at the signing page, who calls its JSON API with whatever a test wants."""

from __future__ import annotations

from typing import Any

import httpx2


class Signer:
    """`page` is the signing link, without its query; `uuid` names the task in the vendor's API."""

    def __init__(self, browser: httpx2.Client, link: str, uuid: str = "") -> None:
        self._browser = browser
        self.page, self.uuid = link.partition("?")[0], uuid

    def get(self, path: str) -> httpx2.Response:
        return self._browser.get(self.page + path)

    def post(self, path: str, **sent: Any) -> httpx2.Response:
        """`sent` as httpx2 takes it: json, content, headers, …"""
        return self._browser.post(self.page + path, **sent)

    def complete(self, **changes: Any) -> httpx2.Response:
        """A good act that is changed."""
        return self.post("/complete", json=act(**changes))

    def decline(self, reason: str = "Wrong price") -> httpx2.Response:
        return self.post("/decline", json={"reason": reason})

    def state(self) -> Any:
        answer = self.get("/state")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def is_open(self) -> bool:
        """Whether the task still waits for its signature."""
        return bool(self.state()["task"]["status"] == "ready")


def act(**changes: Any) -> dict[str, Any]:
    good = {"method": "typed", "consent": True, "signature": {"text": "Lea Roux"}, "fields": {}}
    return good | changes
