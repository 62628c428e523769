"""Templates and forms: how members make them; a new version changes nothing that is out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.pages.dashboard.office import CLICK, Office, add_member, opened, post, set_up, texts
from tests.pages.dashboard.test_batches import HEAD, row
from tests.pages.dashboard.test_envelopes import EVIL
from tests.pages.dashboard.test_sign_in import add_other_account
from tests.pdf.samples import contract
from tests.support.docx import docx, paragraph

pytestmark = pytest.mark.slow
LIST = "/dashboard/templates"


class Maker:
    """The owner of an account, who makes templates and forms."""

    def __init__(self, office: Office) -> None:
        self.office, self.owner = office, set_up(office)
        with office.ports.unit_of_work() as uow:
            member = uow.dashboard.members.joined("olga@acme.test")
        assert member is not None
        self.account_id = member.account_id

    def make(self, name: str = "Lease", *roles: str, **more: Any) -> Any:
        labels = roles or ("Landlord", "Tenant")
        data = {"name": name, "description": "For flats"}
        for number, label in enumerate(labels):
            data |= {f"role.{number}.label": label, f"role.{number}.order": str(number + 1)}
        return self.upload(LIST, data, **more)

    def upload(
        self, path: str, data: dict[str, str], file: str = "lease.pdf", content: bytes = b""
    ) -> Any:
        files = {"file": (file, content or contract(), "application/pdf")}
        return self.owner.post(path, data=data, files=files, headers=CLICK)

    def made(self, name: str = "Lease", *roles: str) -> str:
        answer = self.make(name, *roles)
        assert answer.status_code == 303, texts(answer.text)
        return str(answer.headers["location"]).removesuffix("/fields")

    def form(self, name: str = "Offer", content: bytes = b"", file: str = "offer.pdf") -> str:
        answer = self.upload("/dashboard/forms", {"name": name}, file, content)
        assert answer.status_code == 303, texts(answer.text)
        return str(answer.headers["location"]).partition("?")[0]

    def place(self, path: str, version: int, *fields: dict[str, Any]) -> Any:
        return post(
            self.owner, f"{path}/fields", version=str(version), fields=json.dumps(list(fields))
        )

    def page(self, path: str) -> str:
        answer = self.owner.get(path)
        assert answer.status_code == 200, texts(answer.text)
        return str(answer.text)


def field(person: str = "role-0", **changes: Any) -> dict[str, Any]:
    box = {"page": 0, "x": 0.1, "y": 0.8, "w": 0.3, "h": 0.05}
    base = {"id": "f1", "document": "document", "person": person, "kind": "signature"}
    return base | {"name": "Signature", "required": True} | box | changes


@pytest.fixture
def maker(office: Office) -> Maker:
    return Maker(office)


# ------------------------------------------------------------------ templates


def test_an_empty_list_says_what_a_template_is(maker: Maker) -> None:
    assert "There is no template and no form yet." in texts(maker.page(LIST))


def test_a_template_is_made_of_a_pdf_and_gets_its_fields(maker: Maker) -> None:
    path = maker.made()
    page = maker.page(path)
    assert "Landlord" in page
    (image, *_) = re.findall(r'<img src="([^"]+)"', page)
    assert maker.owner.get(image).headers["content-type"] == "image/webp"
    assert '"key": "role-1"' in maker.page(f"{path}/fields")
    choice = field("role-1", id="f2", kind="text", name="Pets", options=["Yes", "No"], y=0.5)
    assert maker.place(path, 1, field(), choice).headers["location"] == f"{path}?done=changed"
    said = texts(maker.page(path))
    assert "2 fields" in said
    assert "version 2" in said
    with maker.office.ports.unit_of_work() as uow:
        template = uow.templates.get(maker.account_id, path.rpartition("/")[2])
    assert template.fields[1].options == (("Yes", "Yes"), ("No", "No"))
    assert "changed a template: Lease, version 2" in texts(maker.page("/dashboard/audit"))


def test_roles_are_renamed_added_and_taken_away_with_their_fields(maker: Maker) -> None:
    path = maker.made()
    maker.place(path, 1, field(), field("role-1", id="f2", y=0.5, name="Tenant's"))
    roles = {"role.0.label": "", "role.1.label": "Lodger", "role.2.label": "Guarantor",
             "role.2.action": "review", "role.2.order": "3"}  # fmt: skip
    done = post(maker.owner, f"{path}/roles", version="2", name="Lease", **roles)
    assert done.status_code == 303, texts(done.text)
    with maker.office.ports.unit_of_work() as uow:
        template = uow.templates.get(maker.account_id, path.rpartition("/")[2])
    assert [role.label for role in template.roles] == ["Lodger", "Guarantor"]
    assert [(one.name, one.role) for one in template.fields] == [("Tenant's", 0)]


def test_two_who_change_the_same_version_are_told_so(maker: Maker) -> None:
    path = maker.made()
    assert maker.place(path, 1, field()).status_code == 303
    assert maker.place(path, 1, field()).status_code == 409
    again = post(maker.owner, f"{path}/roles", version="1", name="x", **{"role.0.label": "A"})
    assert again.status_code == 409
    assert "version 2" in texts(maker.page(path))


@pytest.mark.parametrize(
    "wrong",
    [
        field("role-7"),
        field(page=9),
        field(x=0.9, w=0.5),
        field(kind="nonsense"),
        field(document="other"),
        "nonsense",
    ],
)
def test_fields_that_can_not_be_filled_in_are_refused(maker: Maker, wrong: Any) -> None:
    path = maker.made()
    assert maker.place(path, 1, wrong).status_code == 422
    assert "version 1" in texts(maker.page(path))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "name"),
        ({"role.0.label": "", "role.1.label": ""}, "somebody has to sign"),
        ({"role.0.order": "x"}, "turn of a role"),
        ({"role.0.action": "dance"}, "nothing like that"),
        ({"role.0.label": "x" * 101}, "at most 100"),
    ],
)
def test_templates_that_make_no_sense_are_refused(
    maker: Maker, changes: dict[str, str], said: str
) -> None:
    data = {"name": "Lease", "role.0.label": "A", "role.1.label": "B"} | changes
    answer = maker.upload(LIST, data)
    assert answer.status_code == 422
    assert said in texts(answer.text)


def test_a_file_that_is_none_is_refused(maker: Maker) -> None:
    answer = maker.make(content=b"not a pdf")
    assert answer.status_code == 422
    assert answer.text.count("is not a PDF") == 1, "what is wrong is said once"
    refused = maker.upload(LIST, {"name": "x", "role.0.label": "A"}, content=b" ")
    assert refused.status_code == 422


def test_a_new_version_changes_no_envelope_and_can_be_taken_back(maker: Maker) -> None:
    path = maker.made()
    template_id = path.rpartition("/")[2]
    maker.place(path, 1, field(name="Sign here"))
    sent = _send(maker, f"template:{template_id}", 1)
    before = texts(maker.page(sent))
    maker.place(path, 2)
    post(maker.owner, f"{path}/roles", version="3", name="Other", **{"role.0.label": "Only one"})
    assert _facts(before) == _facts(texts(maker.page(sent)))
    versions = maker.page(path).partition('data-testid="versions"')[2]
    assert re.findall(r"/versions/(\d)", versions) == ["4", "3", "2", "1"]
    old = texts(maker.page(f"{path}/versions/2"))
    assert "Sign here" in old
    assert post(maker.owner, f"{path}/versions/2/restore").status_code == 303
    said = texts(maker.page(path))
    assert "version 5" in said
    assert "Lease" in said
    assert maker.owner.get(f"{path}/versions/9").status_code == 404


def _facts(page: str) -> str:
    return page.partition("What happened")[0]


def _send(maker: Maker, source: str, number: int) -> str:
    """The page of the envelope that one row became."""
    answer = maker.owner.post(
        "/dashboard/batches",
        data={"source": source},
        files={"file": ("a.csv", f"{HEAD}\n{row(number)}".encode(), "text/csv")},
        headers=CLICK,
    )
    path = answer.headers["location"]
    post(maker.owner, f"{path}/send", x="y")
    maker.office.work()
    (link,) = re.findall(r'href="(/dashboard/envelopes/[\w-]+)"', maker.page(path))
    return str(link)


def test_a_batch_is_sent_from_the_version_that_was_checked(maker: Maker) -> None:
    path = maker.made()
    source = f"template:{path.rpartition('/')[2]}"
    answer = maker.owner.post(
        "/dashboard/batches",
        data={"source": source},
        files={"file": ("a.csv", f"{HEAD}\n{row(1)}".encode(), "text/csv")},
        headers=CLICK,
    )
    batch = answer.headers["location"]
    post(maker.owner, f"{path}/roles", version="1", name="x", **{"role.0.label": "Only one"})
    assert post(maker.owner, f"{batch}/send", x="y").status_code == 303
    maker.office.work()
    (link,) = re.findall(r'href="(/dashboard/envelopes/[\w-]+)"', maker.page(batch))
    assert "Ten 1" in texts(maker.page(link))


def test_programs_see_the_newest_version_under_the_same_id(maker: Maker) -> None:
    path = maker.made()
    maker.place(path, 1, field())
    with maker.office.ports.unit_of_work() as uow:
        found = uow.templates.all(maker.account_id)
    assert [(one.id, one.version) for one in found] == [(path.rpartition("/")[2], 2)]


# ------------------------------------------------------------------ forms


def test_a_form_of_a_word_document_has_its_tags(maker: Maker) -> None:
    made = docx(paragraph("Rent {{rent}} from {{begins}}"))
    path = maker.form(content=made, file="offer.docx")
    assert texts(maker.page(path)).count("What people read") == 2
    tags = {"tag.0.label": "Rent", "tag.0.kind": "number", "tag.1.kind": "date",
            "tag.1.format": "DD/MM/YYYY", "tag.1.sensitive": "yes"}  # fmt: skip
    done = maker.owner.post(
        f"{path}/tags",
        data={"version": "1", "name": "Offer 2", "tag": ["rent", "begins"], **tags},
        headers=CLICK,
    )
    assert done.headers["location"] == f"{path}?done=changed", texts(done.text)
    with maker.office.ports.unit_of_work() as uow:
        form = uow.forms.get(maker.account_id, path.rpartition("/")[2])
    assert [(one.name, one.label, one.kind, one.sensitive) for one in form.tags] == [
        ("rent", "Rent", "number", False),
        ("begins", "begins", "date", True),
    ]
    newer = docx(paragraph("Rent {{rent}} in {{city}}"))
    again = maker.upload(f"{path}/documents", {"version": "2"}, "b.docx", newer)
    assert again.status_code == 303, texts(again.text)
    with maker.office.ports.unit_of_work() as uow:
        form = uow.forms.get(maker.account_id, form.id)
        assert len(uow.forms.versions(maker.account_id, form.id)) == 3
    assert [(one.name, one.kind) for one in form.tags] == [("rent", "number"), ("city", "text")]
    assert post(maker.owner, f"{path}/versions/2/restore").status_code == 303
    assert "First" not in texts(maker.page(path))
    assert "begins" in maker.page(path)


def test_the_link_of_a_form_opens_and_closes(maker: Maker) -> None:
    path = maker.form()
    assert "public-link" not in maker.page(path)
    post(maker.owner, f"{path}/open", public="yes", active="yes")
    (link,) = re.findall(r'data-testid="public-link">([^<]+)<', maker.page(path))
    public = link.removeprefix("http://sign.test")
    stranger = maker.office.new_browser()
    assert stranger.get(public).status_code == 200
    signing = stranger.post(public, data={"name": "Lea Roux", "email": "lea@people.test"})
    assert signing.status_code == 303
    assert "/s/" in signing.headers["location"]
    tags = {"version": "1", "name": "Renamed"}
    assert post(maker.owner, f"{path}/tags", **tags).status_code == 303
    assert "Renamed" in stranger.get(public).text, "the link leads to the newest version"
    post(maker.owner, f"{path}/open", active="yes")
    assert stranger.get(public).status_code == 404


def test_a_public_form_can_be_signed_after_a_first_key_was_never_made(maker: Maker) -> None:
    """The dashboard needs no key of an API, so whoever makes a form here has none."""
    path = maker.form()
    post(maker.owner, f"{path}/open", public="yes", active="yes")
    (link,) = re.findall(r'data-testid="public-link">([^<]+)<', maker.page(path))
    public = link.removeprefix("http://sign.test")
    form = {"name": "Lea Roux", "email": "lea@people.test"}
    assert maker.office.new_browser().post(public, data=form).status_code == 303


# ------------------------------------------------------------------ who may, and what is shown


def test_viewers_make_nothing_and_strangers_see_nothing(maker: Maker) -> None:
    path, form = maker.made(), maker.form()
    viewer = add_member(maker.office, maker.owner, "viewer")
    assert viewer.get(LIST).status_code == 403
    sender = add_member(maker.office, maker.owner, "sender")
    assert sender.get(path).status_code == 200
    stranger = add_other_account(maker.office)
    assert path not in stranger.get(LIST).text
    for one in (path, f"{path}/fields", f"{path}/versions/1", f"{path}/versions/1/pages/0", form,
                f"{form}/versions/1"):  # fmt: skip
        assert stranger.get(one).status_code == 404, one
    wrong: dict[str, Any] = {"version": "1", "name": "x", "fields": "[]", "role.0.label": "A"}
    for one in (f"{path}/roles", f"{path}/fields", f"{path}/versions/1/restore", f"{form}/tags",
                f"{form}/open", f"{form}/versions/1/restore"):  # fmt: skip
        assert post(stranger, one, **wrong).status_code == 404, one
        assert _from_elsewhere(maker.owner, one).status_code == 403, one


def _from_elsewhere(browser: TestClient, path: str) -> Any:
    evil = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    return post(browser, path, evil, x="y")


def test_no_name_role_field_tag_or_file_becomes_markup(maker: Maker) -> None:
    evil = EVIL[:90]
    path = maker.made(evil, evil, "B")
    maker.place(path, 1, field(name=evil, kind="text", options=[evil]))
    post(maker.owner, f"{path}/roles", version="2", name=evil, description=EVIL,
         **{"role.0.label": evil, "role.1.label": "B"})  # fmt: skip
    form = maker.form(evil, file=f"{evil}.pdf")
    post(maker.owner, f"{form}/tags", version="1", name=evil, tag=evil,
         **{"tag.0.label": evil, "tag.0.value": EVIL, "tag.0.format": evil[:40]})  # fmt: skip
    post(maker.owner, f"{form}/tags", version="1", name=evil, tag="x",
         **{"tag.0.label": evil, "tag.0.value": EVIL, "tag.0.format": evil[:40]})  # fmt: skip
    pages = [
        maker.page(one)
        for one in (
            LIST,
            path,
            f"{path}/fields",
            f"{path}/versions/2",
            form,
            f"{form}/versions/2",
            "/dashboard/audit",
            "/dashboard/batches/new",
        )
    ]
    pages.append(maker.upload(LIST, {"name": EVIL, "role.0.label": EVIL}, f"{EVIL}.pdf").text)
    pages.append(maker.upload("/dashboard/forms", {"name": EVIL}, file="").text)
    for page in pages:
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert evil not in page


@pytest.fixture
def on_postgresql(postgres_url: str, tmp_path: Path) -> Iterator[Maker]:
    with opened(tmp_path, database_url=postgres_url) as office:
        yield Maker(office)


def test_versions_are_kept_on_postgresql_as_well(on_postgresql: Maker) -> None:
    maker = on_postgresql
    path, form = maker.made(), maker.form()
    maker.place(path, 1, field())
    post(maker.owner, f"{form}/tags", version="1", name="Renamed")
    assert "version 2" in texts(maker.page(path))
    assert "version 2" in texts(maker.page(form))
    assert "Offer" in texts(maker.page(f"{form}/versions/1"))
