"""An account with a service that keeps people's own keys, and those people's browsers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any
from urllib.parse import urlencode

import httpx2

from countersign.domain.account import Account
from countersign.domain.signing_service import ServiceKind, SigningService
from countersign.pages.signing.own_key import SIGNED_CALLBACK
from countersign.usecases.add_signing_service import add_signing_service
from tests.support.csc import CLIENT, CLIENT_SECRET, CscServer
from tests.support.installed import Installed


class KeyBrowser:
    """Somebody's: keeps its cookies and goes where it is sent. `link` finds the path of a signing
    link in whatever a dialect answered."""

    def __init__(self, http: Any, service: CscServer, link: Callable[[Any], str]) -> None:
        self._http, self._service, self._link, self._cookie = http, service, link, ""

    def copy(self) -> KeyBrowser:
        """The same one, in a second tab."""
        return copy(self)

    def _send(self, method: str, path: str, **more: Any) -> httpx2.Response:
        self._http.cookies.clear()  # it is everybody's
        headers = {"cookie": self._cookie} if self._cookie else {}
        answer: httpx2.Response = self._http.request(
            method, path, headers=headers, follow_redirects=False, **more
        )
        self._cookie = answer.headers.get("set-cookie", self._cookie).partition(";")[0]
        self._http.cookies.clear()
        return answer

    def start(self, session: Any, **body: Any) -> Any:
        """Reads, agrees, and is told where to go."""
        given = {"method": "key:NBID", "consent": True, **body}
        return self._send("POST", f"{self._link(session)}/complete", json=given)

    def go(self, session: Any) -> str:
        answer = self.start(session)
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "authorize"
        return str(answer.json()["redirect_url"])

    def agree(self, address: str) -> httpx2.Response:
        return self.come_back(self._service.agree(address))

    def refuse(self, address: str) -> httpx2.Response:
        return self.come_back(self._service.refuse(address))

    def come_back(self, answer: Mapping[str, str]) -> httpx2.Response:
        return self._send("GET", f"{SIGNED_CALLBACK}?{urlencode(answer)}")

    def asked(self, session: Any) -> list[str]:
        answer = self._send("GET", f"{self._link(session)}/authorize")
        return [one["id"] for one in answer.json()["ask"]]

    def answer(self, session: Any, **typed: str) -> Any:
        return self._send("POST", f"{self._link(session)}/authorize", json={"answer": typed})

    def sign(self, session: Any) -> httpx2.Response:
        """With a service that asks on its own pages, all the way."""
        back = self.agree(self.go(session))
        assert back.status_code == 303, back.text
        return self.agree(back.headers["location"])


def service_of(account: Account, server: CscServer, house: Installed, **about: Any) -> None:
    """Gives the account the service under the name NBID."""
    given: dict[str, Any] = {
        "name": "NBID",
        "kind": ServiceKind.CSC,
        "url": server.url,
        "client_id": CLIENT,
        "client_secret": CLIENT_SECRET,
        "authorities": (server.authority.root,),
        "tls_authority": server.tls_authority.read_text(),
    }
    made = SigningService(account_id=account.id, created_at=house.ports.clock(), **given | about)
    add_signing_service(made, house.ports)
