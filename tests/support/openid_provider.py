"""A certified OpenID provider (npm `oidc-provider`) in a process of its own, and people with a
browser at its pages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2

from tests.support.network import free_port
from tests.support.node import FRONTEND, require_node, require_node_package
from tests.support.processes import accepts_connections, stopped_at_exit, wait_until

CLIENT, SECRET = "countersign", "a secret of the test's"
HIGH = "urn:example:loa:high"

PROGRAM = """
import Provider from "oidc-provider";
const { port, callback, client, secret, people, acr } = JSON.parse(process.env.PROVIDER);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: client, client_secret: secret, redirect_uris: [callback] }],
  claims: { openid: ["sub", "acr"], profile: ["name"], nin: ["national_id"] },
  acrValues: [acr],
  pkce: { required: () => true },
  cookies: { keys: [secret] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
});
provider.listen(port, "127.0.0.1");
"""


@dataclass(frozen=True)
class OpenIdProcess:
    """A running provider. Its users log in with their name and any password."""

    issuer: str

    def log_in(self, address: str, login: str) -> str:
        """What a person does who was sent to `address`; where their browser is sent back to."""
        with self._browser() as browser:
            page = self._get(browser, address)
            page = self._submit(browser, page, {"prompt": "login", "login": login, "password": "x"})
            return self._back(browser, self._submit(browser, page, {"prompt": "consent"}))

    def refuse(self, address: str) -> str:
        with self._browser() as browser:
            page = self._get(browser, address)
            (link,) = re.findall(r'href="([^"]+/abort)"', page.text)
            return self._back(browser, self._get(browser, link))

    def _browser(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.issuer, timeout=30)

    def _get(self, browser: httpx2.Client, address: str) -> httpx2.Response:
        return self._followed(browser, browser.get(address))

    def _submit(
        self, browser: httpx2.Client, page: httpx2.Response, form: Mapping[str, str]
    ) -> httpx2.Response:
        (action,) = re.findall(r'action="([^"]+)"', page.text)
        return self._followed(browser, browser.post(action, data=dict(form)))

    def _followed(self, browser: httpx2.Client, response: httpx2.Response) -> httpx2.Response:
        """As far as it stays at the provider."""
        while response.is_redirect:
            address = httpx2.URL(self.issuer).join(response.headers["location"])
            if not str(address).startswith(self.issuer):
                break
            response = browser.get(address)
        return response

    def _back(self, _browser: httpx2.Client, response: httpx2.Response) -> str:
        assert response.is_redirect, response.text
        return str(response.headers["location"])


@contextmanager
def openid_provider(
    callback: str, people: Mapping[str, Mapping[str, str]]
) -> Iterator[OpenIdProcess]:
    """A running one that knows us and these people: claims by login."""
    require_node_package("oidc-provider")
    port = free_port()
    given = {
        "port": port, "callback": callback, "client": CLIENT, "secret": SECRET,
        "people": people, "acr": HIGH,
    }  # fmt: skip
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [require_node(), "--input-type=module", "--eval", PROGRAM],
            cwd=FRONTEND, stdout=said, stderr=said, text=True,
            env={**os.environ, "PROVIDER": json.dumps(given)},
        )  # fmt: skip
        with stopped_at_exit(process):
            wait_until(lambda: accepts_connections(port), "starting oidc-provider")
            yield OpenIdProcess(f"http://127.0.0.1:{port}")
