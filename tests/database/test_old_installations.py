"""Installations that older versions left are brought up to date, and everything in them goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from httpx2 import Response

from countersign.adapters.clock import SandboxClock
from countersign.adapters.database.engine import Database
from countersign.adapters.database.migrations import migrate
from countersign.adapters.database.schema import metadata
from countersign.domain.delivery import DeliveryStatus
from countersign.domain.envelope import EnvelopeStatus
from countersign.domain.evidence import broken_link
from countersign.domain.short_id import long_id
from countersign.usecases.ports import EnvelopeQuery
from countersign.usecases.send_draft import send_draft
from countersign.usecases.verify_envelope import check_again
from tests.contracts.test_migrations import is_on_both, schema, sorted_columns
from tests.pages.dashboard.office import Office

from .make_old import token_of
from .old_installation import Old, unpacked, versions

pytestmark = pytest.mark.slow


@pytest.fixture(params=versions())
def old(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Old:
    return unpacked(request.param, tmp_path, database_url)


def test_an_old_installation_goes_on(old: Old, tmp_path: Path) -> None:
    assert_schema_is_todays(old, tmp_path)
    with old.opened() as office:
        assert_documents_are_what_they_were(office, old)
        assert_waiting_people_can_sign(office, old)
        assert_timers_go_on(office, old)
        assert_members_get_in(office, old)
        assert_all_is_whole(office)


# ------------------------------------------------------------------ the database


def assert_schema_is_todays(old: Old, tmp_path: Path) -> None:
    database, new = Database(old.settings.database), Database(f"sqlite:///{tmp_path / 'new.db'}")
    migrate(database)
    migrate(new)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_on_both})
        assert compare_metadata(context, metadata) == []
    if database.is_sqlite:
        assert sorted_columns(schema(database)) == sorted_columns(schema(new))
    database.close()
    new.close()


def assert_all_is_whole(office: Office) -> None:
    """Every chain of evidence follows, and every finished file is as its database says."""
    with office.ports.unit_of_work() as uow:
        wanted = [EnvelopeQuery(account_id=one.id, limit=100) for one in uow.accounts.all()]
        found = [one for query in wanted for one in uow.envelopes.find(query)[0]]
        links = {one.id: uow.envelopes.evidence(one.id) for one in found}
    assert not any(map(broken_link, links.values()))
    done = [one for one in found if one.status is EnvelopeStatus.COMPLETED]
    assert len(done) >= 3
    for one in done:
        for document in one.documents:
            assert check_again(one, document, links[one.id], office.ports) == ""


# ------------------------------------------------------------------ documents


def of_api(office: Office, old: Old, path: str) -> Any:
    headers = {"Authorization": f"Bearer {token_of(old.told['keys'])}"}
    answer = office.browser.get(f"/api/v3/{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def assert_documents_are_what_they_were(office: Office, old: Old) -> None:
    told = old.told["documents"]
    assert of_api(office, old, "submissions")["meta"]["pagination"]["total"] == len(told)
    states = {"half": "completed", "done": "completed", "declined": "refused", "opened": "opened"}
    for name, state in states.items():
        read = of_api(office, old, f"submissions/{told[name]['id']}")
        assert read["submitters"][0]["status"] == state, name
    signed = of_api(office, old, f"submissions/{told['done']['id']}")
    for file in signed["submitters"][0]["signedDocuments"]:
        assert office.browser.get(file["url"]).content.startswith(b"%PDF-")


def sign(office: Office, link: str, name: str) -> Response:
    body = {"method": "typed", "consent": True, "signature": {"text": name}, "fields": {}}
    assert office.browser.get(f"{link}/state").status_code == 200
    answer: Response = office.browser.post(f"{link}/complete", json=body)
    assert answer.status_code == 200, answer.text
    return answer


def assert_waiting_people_can_sign(office: Office, old: Old) -> None:
    told = old.told["documents"]
    sign(office, told["half"]["links"][1], "Bob Half")
    sign(office, told["opened"]["links"][0], "Will Wait")
    office.work()
    for name in ("half", "opened"):
        read = of_api(office, old, f"submissions/{told[name]['id']}")
        assert read["auditDocument"] is not None, name


# ------------------------------------------------------------------ what was to come


def assert_timers_go_on(office: Office, old: Old) -> None:
    done = old.told["documents"]["done"]["id"]
    with office.ports.unit_of_work() as uow:
        calls = uow.webhooks.deliveries(done)
        tries = sum(len(uow.webhooks.attempts(one.id)) for one in calls)
    assert {one.status for one in calls} == {DeliveryStatus.WAITING}
    if "nextsign" in old.told:
        send_draft(long_id(old.told["nextsign"]["draft"]), office.ports)
    SandboxClock(office.installation.database).advance(timedelta(days=3))
    office.work()
    with office.ports.unit_of_work() as uow:
        assert sum(len(uow.webhooks.attempts(one.id)) for one in calls) > tries
    if "signeum" in old.told:
        assert [one for one in office.mails("someone@people.example") if "emind" in one["subject"]]
        sign(office, old.told["signeum"]["links"][1], "Erik Berg")
    if "nextsign" in old.told:
        assert len(office.mails("kim@firm.example")) >= 3  # two invitations and a reminder
    office.work()


def assert_members_get_in(office: Office, old: Old) -> None:
    if "member" not in old.told:
        return
    who, browser = old.told["member"], office.browser
    click = {"Origin": old.told["url"], "Sec-Fetch-Site": "same-origin"}
    browser.get("/dashboard/sign-in")
    form = {"email": who["email"], "password": who["password"]}
    answer = browser.post("/dashboard/sign-in", data=form, headers=click)
    assert answer.status_code == 303, answer.text
    assert "NDA Vega" in browser.get("/dashboard/envelopes").text
