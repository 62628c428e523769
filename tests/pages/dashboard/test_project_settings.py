"""Projects and interfaces as members set them, and what shows how they look."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from countersign.domain.project import Project
from countersign.usecases.create_credential import CreateCredential, create_credential
from countersign.usecases.ports import ProjectQuery
from tests.pages.dashboard.office import CLICK, URL, Office, add_member, opened, post, set_up, texts
from tests.pages.dashboard.test_envelopes import EVIL
from tests.pages.dashboard.test_sign_in import add_other_account
from tests.pdf.samples import contract

pytestmark = pytest.mark.slow
SETTINGS = "/dashboard/settings"
FORM = {
    "name": "Leases",
    "company_name": "Fjordbo Utleie",
    "primary_color": "#0d5f66",
    "secondary_color": "#ffd400",
    "reminder_days": "3",
    "widget_origins": "https://app.example\nhttps://App.example:443/, https://two.example",
    "notify_people": "on",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened(tmp_path_factory.mktemp("projects")) as made:
        yield made


@pytest.fixture(scope="module")
def owner(office: Office) -> TestClient:
    return set_up(office)


def picture(size: tuple[int, int] = (300, 80), kind: str = "PNG") -> bytes:
    made = BytesIO()
    Image.new("RGB", size, "#c0392b").save(made, kind)
    return made.getvalue()


def stored(office: Office, name: str) -> Project:
    with office.ports.unit_of_work() as uow:
        account = uow.accounts.all()[0]
        found, _ = uow.projects.find(ProjectQuery(account_id=account.id, search=name, limit=100))
    return next(one for one in found if one.name == name)


def make(owner: TestClient, name: str) -> str:
    """Its page."""
    answer = post(owner, f"{SETTINGS}/projects", name=name)
    assert answer.status_code == 303, texts(answer.text)
    return str(answer.headers["location"]).partition("?")[0]


def upload(browser: TestClient, path: str, data: bytes, **form: str) -> Any:
    files = {"logo": ("logo.png", data, "image/png")}
    return browser.post(path, data=form, files=files, headers=CLICK)


def log(owner: TestClient) -> str:
    return texts(owner.get("/dashboard/audit").text)


def test_a_project_is_made_set_and_removed(office: Office, owner: TestClient) -> None:
    page = make(owner, "Leases of 2026")
    assert "The project is made" in texts(owner.get(f"{page}?done=made").text)
    saved = post(owner, page, **FORM)
    assert saved.headers["location"] == f"{page}?done=saved"
    settings = stored(office, "Leases").settings
    assert settings.branding.company_name == "Fjordbo Utleie"
    assert settings.widget_origins == ("https://app.example", "https://two.example")
    assert (settings.reminder_days, settings.notify_people, settings.chat) == (3, True, False)
    assert "Fjordbo Utleie" in texts(owner.get(SETTINGS).text)
    assert post(owner, f"{page}/remove").headers["location"] == f"{SETTINGS}?done=removed"
    assert owner.get(page).status_code == 404
    assert post(owner, f"{page}/remove").status_code == 404
    said = log(owner)
    for act in ("made a project", "changed a project: Leases", "removed a project: Leases"):
        assert act in said


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"name": " "}, "1 to 255 characters"),
        ({"name": "x" * 256}, "1 to 255 characters"),
        ({"primary_color": "red"}, "a colour is like"),
        ({"primary_color": "0d5f66"}, "a colour is like"),
        ({"secondary_color": "#12345"}, "a colour is like"),
        ({"reminder_days": "0"}, "1 to 30 days"),
        ({"reminder_days": "31"}, "1 to 30 days"),
        ({"reminder_days": "soon"}, "are a number"),
        ({"widget_origins": "http://app.example"}, "begins with https://"),
        ({"widget_origins": "https://app.example/path"}, "an origin looks like"),
        ({"company_name": "x" * 256}, "at most 255"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    office: Office, owner: TestClient, wrong: dict[str, str], text: str
) -> None:
    project = stored(office, "Standard Signing")
    answer = post(owner, f"{SETTINGS}/projects/{project.id}", **FORM | wrong)
    assert answer.status_code == 422
    assert text in texts(answer.text)
    given = {**FORM, **wrong}["company_name"]
    assert f'value="{given}"' in answer.text
    assert stored(office, "Standard Signing") == project


def test_a_project_that_is_needed_stays(office: Office, owner: TestClient) -> None:
    default = stored(office, "Standard Signing")
    answer = post(owner, f"{SETTINGS}/projects/{default.id}/remove")
    assert answer.status_code == 409
    assert "Every account has this project" in texts(answer.text)


def test_a_project_with_envelopes_stays_and_they_keep_what_they_had(
    office: Office, owner: TestClient
) -> None:
    page = make(owner, "In use")
    post(owner, page, **FORM | {"name": "In use"})
    link = send(office, page.rpartition("/")[2])
    post(owner, page, **FORM | {"name": "In use", "company_name": "Another name"})
    shown = texts(office.new_browser().get(link).text)
    assert "Fjordbo Utleie asks you to sign" in shown
    answer = post(owner, f"{page}/remove")
    assert answer.status_code == 409
    assert "There are envelopes in it, so it stays." in texts(answer.text)


def send(office: Office, project_id: str) -> str:
    """A document, by a program; its link."""
    with office.ports.unit_of_work() as uow:
        account = uow.accounts.all()[0]
    wanted = CreateCredential(account_id=account.id, api="signeum", name="a program", prefix="ds_")
    key = create_credential(wanted, office.ports).secret
    answer = office.browser.post(
        f"/api/v1/organizations/{account.id}/projects/{project_id}/documents",
        headers={"authorization": f"Bearer {key}"},
        json={
            "name": "Lease of flat 12",
            "document": {"type": "base64", "content": b64encode(contract()).decode()},
            "participants": [{"name": "Lea", "email": "lea@people.test", "role": "signer"}],
        },
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["signingUrls"][0]["signingUrl"]).removeprefix(URL)


def test_a_logo_is_shown_on_page_and_mail(office: Office, owner: TestClient) -> None:
    page = make(owner, "With a logo")
    assert upload(owner, f"{page}/logo", picture()).status_code == 303
    logo = stored(office, "With a logo").settings.branding.logo
    assert logo is not None
    query = {"company": "Fjordbo", "primary": "#c0392b", "project": page.rpartition("/")[2]}
    for kind in ("page", "mail"):
        shown = owner.get(f"{SETTINGS}/preview/{kind}", params=query)
        assert 'src="data:image/png;base64,' in shown.text
        assert "Fjordbo" in shown.text
        policy = shown.headers["content-security-policy"]
        assert "frame-ancestors 'self'" in policy
        assert "script-src" not in policy
    post(owner, f"{page}/logo/remove")
    assert stored(office, "With a logo").settings.branding.logo is None


def test_what_is_no_logo_is_refused(office: Office, owner: TestClient) -> None:
    page = make(owner, "Without a logo")
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    for data in (svg, b"", picture()[:50]):
        answer = upload(owner, f"{page}/logo", data)
        assert answer.status_code == 422, data[:20]
    assert upload(owner, f"{page}/logo", b"x" * (3 << 20)).status_code == 422
    assert upload(owner, f"{page}/logo", b"x" * (5 << 20)).status_code == 413
    assert owner.post(f"{page}/logo", data={"x": "y"}, headers=CLICK).status_code == 415
    assert stored(office, "Without a logo").settings.branding.logo is None


def test_the_preview_is_the_real_page_and_the_real_mail(owner: TestClient) -> None:
    query = {"company": "Fjordbo", "primary": "#c0392b", "secondary": "#ffd400"}
    page = owner.get(f"{SETTINGS}/preview/page", params=query).text
    assert "/static/accent/c0392b-ffd400.css" in page
    assert "Fjordbo asks you to sign" in texts(page)
    assert 'type="module"' not in page, "nothing in it runs"
    mail = owner.get(f"{SETTINGS}/preview/mail", params=query).text
    assert "background: #c0392b" in mail
    words = owner.get(f"{SETTINGS}/preview/words", params=query).json()
    assert words["sender"] == "Fjordbo via Countersign <countersign@localhost>"
    half = owner.get(f"{SETTINGS}/preview/page", params={"primary": "#c03"})
    assert half.status_code == 200
    assert "/static/accent/" not in half.text


@pytest.mark.parametrize(
    ("colour", "text"),
    [
        ("#0d5f66", "White text on buttons of this colour: contrast 7.4 to 1."),
        ("#ffd400", "links use a darker shade"),
        ("", "No colour is chosen"),
        ("blue", "This is no colour"),
    ],
)
def test_a_colour_is_judged(owner: TestClient, colour: str, text: str) -> None:
    words = owner.get(f"{SETTINGS}/preview/words", params={"primary": colour}).json()
    assert text in words["contrast"]


def test_interfaces_are_added_and_removed(office: Office, owner: TestClient) -> None:
    path = f"{SETTINGS}/interfaces"
    form = {"name": "kiosk", "company_name": "Kiosk", "primary_color": "#0d5f66"}
    hide = {"hide_decline": "on", "skip_intro": "on", "identify_first": "on"}
    assert upload(owner, path, picture(), **form, **hide).status_code == 303
    with office.ports.unit_of_work() as uow:
        found = uow.interfaces.find(uow.accounts.all()[0].id, "kiosk")
    assert found is not None
    assert found.branding.logo is not None
    assert (found.hidden, found.skip_intro) == (("decline",), True)
    assert found.identify_first
    again = upload(owner, path, picture(), **form)
    assert again.status_code == 409
    assert 'value="Kiosk"' in again.text
    assert upload(owner, path, picture(), **form | {"primary_color": "x"}).status_code == 422
    assert post(owner, f"{path}/remove", name="kiosk").status_code == 303
    assert post(owner, f"{path}/remove", name="kiosk").status_code == 404
    assert "added an interface: kiosk" in log(owner)


def test_another_account_sees_and_changes_nothing(office: Office, owner: TestClient) -> None:
    page = make(owner, "Ours alone")
    other = add_other_account(office)
    id = page.rpartition("/")[2]
    assert other.get(page).status_code == 404
    for path in (page, f"{page}/remove", f"{page}/logo/remove"):
        assert post(other, path, **FORM).status_code == 404
    assert upload(other, f"{page}/logo", picture()).status_code == 404
    assert other.get(f"{SETTINGS}/preview/page", params={"project": id}).status_code == 404
    assert "Ours alone" not in other.get(SETTINGS).text
    assert stored(office, "Ours alone").settings.branding.company_name == ""


def test_forms_of_other_sites_change_nothing(office: Office, owner: TestClient) -> None:
    page = make(owner, "Not theirs")
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for path in (page, f"{page}/remove", f"{SETTINGS}/projects", f"{SETTINGS}/interfaces/remove"):
        assert post(owner, path, foreign, **FORM).status_code == 403
    files = {"logo": ("x.png", picture(), "image/png")}
    for path in (f"{page}/logo", f"{SETTINGS}/interfaces"):
        assert owner.post(path, files=files, data=FORM, headers=foreign).status_code == 403
    assert stored(office, "Not theirs").settings.branding.logo is None


def test_no_field_becomes_markup(owner: TestClient) -> None:
    page = make(owner, EVIL)
    post(owner, page, **FORM | {"name": EVIL, "company_name": EVIL})
    wrong = dict.fromkeys(FORM, EVIL)
    upload(owner, f"{SETTINGS}/interfaces", picture(), name=EVIL, company_name=EVIL)
    query = {"company": EVIL, "primary": EVIL[:40], "secondary": EVIL[:40], "project": ""}
    pages = [
        owner.get(SETTINGS, params={"q": EVIL}),
        owner.get(SETTINGS),
        owner.get(page),
        post(owner, page, **wrong),
        post(owner, f"{SETTINGS}/projects", name=EVIL * 5),
        owner.get(f"{SETTINGS}/interfaces"),
        upload(owner, f"{SETTINGS}/interfaces", b"x", **wrong),
        owner.get(f"{SETTINGS}/preview/page", params=query),
        owner.get(f"{SETTINGS}/preview/mail", params=query),
        owner.get("/dashboard/audit"),
    ]
    for answer in pages:
        assert answer.status_code < 500
        assert EVIL not in answer.text
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert not re.search(r"\b49\b", texts(answer.text).replace("7*7", ""))
    words = owner.get(f"{SETTINGS}/preview/words", params=query)
    assert words.headers["content-type"] == "application/json"
    assert EVIL in words.json()["sender"], "a script puts it in as text"


def test_a_sender_and_a_viewer_see_no_settings(office: Office, owner: TestClient) -> None:
    for role in ("sender", "viewer"):
        member = add_member(office, owner, role)
        assert "/dashboard/settings" not in member.get("/dashboard/envelopes").text
        assert member.get(SETTINGS).status_code == 403
    admin = add_member(office, owner, "admin")
    assert "/dashboard/settings" in admin.get("/dashboard/envelopes").text


def test_many_projects_come_in_pages(owner: TestClient) -> None:
    for number in range(55):
        make(owner, f"Many {number:02}")
    first = owner.get(SETTINGS, params={"q": "many"}).text
    assert "Many 00" in first
    assert "Many 54" not in first
    second = owner.get(SETTINGS, params={"q": "many", "page": 2}).text
    assert "Many 54" in second
    assert "Many 00" not in second
    assert owner.get(SETTINGS, params={"page": "0"}).status_code == 400
