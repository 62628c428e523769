"""A whole installation, called over HTTP without a socket; jobs are done when a test says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from countersign import app, jobs
from countersign.settings import Settings
from countersign.usecases.join_dashboard import offer_set_up

URL = "http://sign.test"
CLICK = {"Origin": URL, "Sec-Fetch-Site": "same-origin"}


class Office:
    """`browser` is one person's; `new_browser` is another's."""

    def __init__(self, installation: app.Installation, client: TestClient) -> None:
        self.installation = installation
        self.ports = installation.ports
        self.browser = client
        self._web = client.app

    def new_browser(self) -> TestClient:
        return TestClient(self._web, base_url=URL, follow_redirects=False)

    def work(self) -> None:
        """Does all jobs that are due, and what follows from them."""
        handlers = jobs.handlers(self.ports, app.ROW_SENDERS)
        for _ in range(20):
            claimed = [
                job for name in jobs.QUEUES for job in self.installation.queue.claim(name, 50)
            ]
            for job in claimed:
                handlers[job.kind](job.args)
                self.installation.queue.finish(job)
            if not claimed:
                return

    def mails(self, to: str) -> list[dict[str, Any]]:
        """Newest first."""
        self.work()
        found = self.browser.get("/sandbox/mail.json", params={"to": to}).json()["messages"]
        return list(found)

    def link(self, to: str) -> str:
        """The path of the newest mail's link."""
        newest = self.mails(to)[0]
        (link,) = {one for one in newest["links"] if "/dashboard/" in one}
        return str(link).removeprefix(URL)


@contextmanager
def opened(folder: Path, **settings: Any) -> Iterator[Office]:
    """In a sandbox, so that mails can be read."""
    made = Settings(
        **{"data": folder, "public_url": URL, "sandbox": True, "workers": False} | settings
    )
    with app.opened(made) as installation:
        web = app.web(installation)
        with TestClient(web, base_url=URL, follow_redirects=False) as client:
            yield Office(installation, client)


def post(browser: TestClient, path: str, headers: dict[str, str] | None = None, **form: str) -> Any:
    """Presses a button of one of our own pages."""
    return browser.post(path, data=form, headers=CLICK if headers is None else headers)


def texts(html: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


PASSWORD = "wooden boats in grey rain"
OWNER = "olga@acme.test"


def set_up(office: Office, email: str = OWNER, company: str = "Acme AB") -> TestClient:
    """The first start: the browser of the owner, signed in."""
    address = offer_set_up(office.installation.desk)
    assert address is not None
    browser = office.new_browser()
    answer = post(
        browser,
        address.removeprefix(URL),
        company=company,
        name="Olga Öberg",
        email=email,
        password=PASSWORD,
    )
    assert answer.status_code == 303, texts(answer.text)
    return browser


def add_member(office: Office, owner: TestClient, role: str, email: str = "") -> TestClient:
    """The browser of a member who was invited by the owner and has joined."""
    address = email or f"{role}@acme.test"
    invited = post(owner, "/dashboard/members/invite", email=address, name=f"A {role}", role=role)
    assert invited.status_code == 303, texts(invited.text)
    browser = office.new_browser()
    joined = post(browser, office.link(address), name=f"A {role}", password=PASSWORD)
    assert joined.status_code == 303, texts(joined.text)
    return browser


def sign_in(office: Office, email: str = OWNER, password: str = PASSWORD) -> tuple[TestClient, Any]:
    """Another browser, and what signing in there answered."""
    browser = office.new_browser()
    browser.get("/dashboard/sign-in")
    return browser, post(browser, "/dashboard/sign-in", email=email, password=password)
