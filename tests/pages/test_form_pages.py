"""Forms that everybody may fill in: what their page asks for, what it refuses, what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, Unavailable
from countersign.domain.form import Form, Tag, TagKind
from countersign.domain.short_id import new_short_id
from countersign.httpkit import ByPrefix, Runtime
from countersign.httpkit.rate_limit import Hit, unlimited
from countersign.pages import forms
from countersign.usecases.create_account import create_account
from countersign.usecases.import_form import ImportForm, import_form
from countersign.usecases.ports import Ports
from countersign.usecases.read_public_form import FilledForm
from tests.usecases.fake_engine import pdf
from tests.usecases.office import Office, caller_of
from tests.usecases.world import World

TAGS = (
    Tag(id=new_short_id(), name="tenant", label="Your <name>"),
    Tag(id=new_short_id(), name="begins", label="First day", kind=TagKind.DATE),
    Tag(id=new_short_id(), name="rent", label="Rent", kind=TagKind.NUMBER, value="4500"),
)
GOOD = {"tag.tenant": "Ole", "tag.begins": "2026-12-01", "name": "Ole", "email": "ole@x.example"}


class Pages:
    """`filled` is what somebody wrote; `problem` is raised in the place of sending it."""

    def __init__(self, staging: Path, hit: Hit = unlimited) -> None:
        self.world = World()
        self.ports = self.world.ports()
        self.filled: list[FilledForm] = []
        self.problem: Exception | None = None
        runtime = Runtime(staging, handler_threads=2, hit=hit)
        page = forms.build(self.ports, runtime, {"an api": self.begin})
        app = ByPrefix({"/f": page}, runtime.lifespan)
        self.client: Any = TestClient(app, follow_redirects=False, raise_server_exceptions=False)

    def begin(self, filled: FilledForm, ports: Ports) -> Envelope:
        self.filled.append(filled)
        if self.problem:
            raise self.problem
        return Office(self.world, ports, caller_of(ports)).send(())

    def form(self, **changes: Any) -> Form:
        account = create_account("Acme", "owner@acme.example", self.ports)
        command = ImportForm(
            account_id=account.id,
            origin="an api",
            name="Lease",
            files=(("terms.pdf", pdf()),),
            tags=TAGS,
            is_public=True,
        )
        return import_form(replace(command, **changes), self.ports)

    def path(self, form: Form) -> str:
        return "/f/" + self.ports.links.form(form).rpartition("/")[2]


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    made = Pages(tmp_path / "staging")
    with made.client:
        yield made


def test_the_page_asks_for_what_has_no_value_yet(pages: Pages) -> None:
    page = pages.client.get(pages.path(pages.form()))
    assert page.status_code == 200, page.text
    assert "Your &lt;name&gt;" in page.text
    assert 'name="tag.begins"' in page.text
    assert "tag.rent" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_who_fills_it_in_goes_on_to_the_signing_page(pages: Pages) -> None:
    form = pages.form()
    sent = pages.client.post(f"{pages.path(form)}?lang=da", data={**GOOD, "tag.rent": "1"})
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("https://sign.example/s/")
    (filled,) = pages.filled
    assert filled.values == {"tenant": "Ole", "begins": "2026-12-01"}
    assert (filled.name, filled.email, filled.language) == ("Ole", "ole@x.example", "da")


def test_what_is_wrong_comes_back_with_what_was_written(pages: Pages) -> None:
    pages.problem = Invalid("wrong")
    answer = pages.client.post(pages.path(pages.form()), data={**GOOD, "name": '"><script>'})
    assert answer.status_code == 400
    assert 'value="ole@x.example"' in answer.text
    assert "<script>" not in answer.text


def test_a_document_that_cannot_be_made_is_told(pages: Pages) -> None:
    pages.problem = Unavailable("document converter")
    answer = pages.client.post(pages.path(pages.form()), data=GOOD)
    assert answer.status_code == 503
    assert "cannot be made" in answer.text


@pytest.mark.parametrize("changes", [{"is_public": False}, {"origin": "another api"}])
def test_a_form_that_is_not_open_is_not_there(pages: Pages, changes: dict[str, Any]) -> None:
    form = pages.form(**changes)
    for answer in (
        pages.client.get(pages.path(form)),
        pages.client.post(pages.path(form), data=GOOD),
    ):
        assert answer.status_code == 404
        assert "not open" in answer.text


def test_a_closed_form_and_a_wrong_link_lead_nowhere(pages: Pages) -> None:
    form = pages.form()
    with pages.ports.unit_of_work() as uow:
        uow.forms.save(replace(form, is_active=False))
        uow.commit()
    for path in (pages.path(form), "/f/x", "/f/" + "A" * 43):
        assert pages.client.get(path).status_code == 404
    assert pages.filled == []
