"""Projects: what they are born with, how they change, and what their documents get of it."""

from __future__ import annotations

from typing import Any

from countersign.domain.envelope import Envelope
from tests.usecases.fake_engine import pdf
from tests.usecases.fake_fetcher import FakeFetcher

from .house import ABSENT, EMPLOYER, House, inline, person
from .test_errors import assert_refused

SETTINGS = {
    "emailNotificationsEnabled": True,
    "includeAuditInDocument": True,
    "chatEnabled": True,
    "allowedSigningMethods": ["drawn", "typed", "none", "bankid_se"],
}
PNG = b"\x89PNG\r\n\x1a\n picture"


def envelope_of(house: House, made: dict[str, Any]) -> Envelope:
    with house.ports.unit_of_work() as uow:
        return uow.envelopes.get(made["document"]["id"])


def test_an_organization_is_born_with_two_projects(house: House) -> None:
    found = house.get("/projects?sort=name:asc")
    assert [(each["name"], each["isDefault"]) for each in found["projects"]] == [
        ("eID Signing", True),
        ("Standard Signing", True),
    ]
    standard = house.get(f"/projects/{house.standard}")["project"]
    assert standard["settings"]["allowedSigningMethods"] == ["drawn", "typed", "none"]
    eid = house.get(f"/projects/{house.eid}")["project"]
    assert eid["settings"]["allowedSigningMethods"] == ["bankid_se"]


def test_a_project_is_answered_as_the_vendor_documents_it(house: House) -> None:
    answer = house.call("POST", "/projects", json={"name": "Customer Contracts"})
    assert answer.status_code == 201
    project = answer.json()["project"]
    assert list(project) == [
        "id", "organizationId", "name", "isDefault", "createdAt", "updatedAt", "settings",
    ]  # fmt: skip
    assert project["organizationId"] == house.account.id
    assert project["createdAt"] == project["updatedAt"] == "2026-11-20T08:58:00Z"
    assert not project["isDefault"]
    assert {name: project["settings"][name] for name in SETTINGS} == SETTINGS
    assert house.get(f"/projects/{project['id']}") == {"project": project}
    (listed,) = house.get("/projects?search=customer")["projects"]
    assert listed == {name: project[name] for name in list(project)[:5]}


def test_projects_are_paged_sorted_and_searched(house: House) -> None:
    for name in ("Beta", "alpha", "Gamma"):
        house.pass_time(seconds=1)
        house.call("POST", "/projects", json={"name": name})

    def names(query: str) -> list[str]:
        return [each["name"] for each in house.get(f"/projects?{query}")["projects"]]

    assert names("limit=3") == ["Gamma", "alpha", "Beta"]
    assert names("sort=createdAt:asc&limit=2&page=2") == ["Beta", "alpha"]
    assert names("sort=name:asc&search=A&limit=3") == ["alpha", "Beta", "Gamma"]
    assert names("search=SIGNING&sort=name") == ["eID Signing", "Standard Signing"]
    assert house.get("/projects?limit=2&page=3")["pagination"] == {
        "page": 3, "limit": 2, "total": 5, "totalPages": 3,
    }  # fmt: skip


def test_a_change_is_merged_at_every_depth(house: House) -> None:
    made = house.project(
        branding={"companyName": "Acme", "primaryColor": "#112233"}, autoReminderDays=3
    )
    path = f"/projects/{made['id']}"
    house.pass_time(minutes=1)
    change = {"settings": {"branding": {"primaryColor": None, "secondaryColor": "#445566"}}}
    for method in ("PATCH", "PUT"):
        answer = house.call(method, path, json=change)
        assert answer.status_code == 200
    changed = answer.json()["project"]
    assert changed["settings"]["branding"] == {
        "companyName": "Acme",
        "logoUrl": None,
        "hasLogo": False,
        "primaryColor": None,
        "secondaryColor": "#445566",
    }
    assert (changed["name"], changed["settings"]["autoReminderDays"]) == ("Ours", 3)
    assert changed["updatedAt"] == "2026-11-20T08:59:00Z"
    renamed = house.call("PATCH", path, json={"name": "Theirs", "settings": {}}).json()["project"]
    assert (renamed["name"], renamed["settings"]) == ("Theirs", changed["settings"])


def test_what_was_read_may_be_written_back(house: House) -> None:
    made = house.project()
    path = f"/projects/{made['id']}"
    house.call("PUT", f"{path}/logo", content=PNG, headers={"Content-Type": "image/png"})
    read = house.get(path)["project"]
    assert read["settings"]["branding"]["hasLogo"]
    again = house.call("PUT", path, json=read)
    assert again.status_code == 200, again.text
    assert again.json()["project"]["settings"] == read["settings"]


def test_a_project_may_choose_methods_of_one_kind(house: House) -> None:
    for methods in (["typed", "typed"], ["bankid_se"], ["drawn", "typed", "none"]):
        made = house.project(allowedSigningMethods=methods)
        assert made["settings"]["allowedSigningMethods"] == list(dict.fromkeys(methods))


def test_a_project_without_documents_can_be_deleted_and_a_default_one_never(house: House) -> None:
    made = house.project()
    refused = house.call("DELETE", f"/projects/{house.eid}")
    assert_refused(refused, 400, "VALIDATION_ERROR", "Default projects cannot be deleted")
    answer = house.call("DELETE", f"/projects/{made['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert house.call("GET", f"/projects/{made['id']}").status_code == 404


def test_a_project_with_documents_stays(house: House) -> None:
    made = house.project()
    house.create(made["id"])
    refused = house.call("DELETE", f"/projects/{made['id']}")
    assert_refused(refused, 400, "VALIDATION_ERROR", "Project has documents")


def test_the_same_project_twice_is_made_once(house: House) -> None:
    key = {"Idempotency-Key": "project-7"}
    first = house.call("POST", "/projects", json={"name": "Ours"}, headers=key)
    second = house.call("POST", "/projects", json={"name": "Ours"}, headers=key)
    assert (second.status_code, second.content) == (201, first.content)
    assert house.get("/projects?search=ours")["pagination"]["total"] == 1
    other = house.call("POST", "/projects", json={"name": "Theirs"}, headers=key)
    message = "This Idempotency-Key was already used with a different request"
    assert_refused(other, 409, "VALIDATION_ERROR", message)


def test_a_document_gets_the_settings_of_its_project(house: House) -> None:
    project = house.project(
        emailNotificationsEnabled=False,
        includeAuditInDocument=False,
        chatEnabled=False,
        allowedSigningMethods=["typed", "none"],
        branding={"companyName": "Acme", "primaryColor": "#112233"},
        postSigning={"type": "redirect", "redirectUrl": "https://app.example/done"},
        autoReminderDays=3,
    )
    made = house.create(project["id"])
    settings, (task,) = (envelope := envelope_of(house, made)).settings, envelope.tasks
    assert not settings.send_invitations
    assert not settings.send_final_copy
    assert not settings.audit_in_document
    assert not settings.chat
    assert settings.branding.company_name == "Acme"
    assert settings.branding.primary_color == "#112233"
    assert (settings.after.type, settings.after.url) == ("redirect", "https://app.example/done")
    assert settings.reminder_days == 3
    assert (task.methods, task.identity) == (("typed", "click"), ())
    house.call("PATCH", f"/projects/{project['id']}", json={"settings": {"chatEnabled": True}})
    assert not envelope_of(house, made).settings.chat


def test_a_document_may_choose_its_own_methods_and_reminder(house: House) -> None:
    made = house.create(allowedSigningMethods=["none"], autoReminderDays=7)
    envelope = envelope_of(house, made)
    assert envelope.tasks[0].methods == ("click",)
    assert envelope.settings.reminder_days == 7
    document = house.read(made)["document"]
    assert (document["allowedSigningMethods"], document["autoReminderDays"]) == (["none"], 7)


def test_signers_of_an_eid_project_prove_who_they_are_and_nothing_else_counts(house: House) -> None:
    people = [
        person(personalNumber="199001012385", otpEnabled=True),
        person(role="reviewer", personalNumber="199001012385"),
    ]
    made = house.create(house.eid, participants=people, allowedSigningMethods=["drawn"])
    signer, reviewer = envelope_of(house, made).tasks
    assert (signer.methods, signer.identity) == (("bankid_se",), ("email_code", "bankid_se"))
    assert signer.person.national_id == "199001012385"
    assert (reviewer.identity, reviewer.person.national_id) == ((), None)
    everything = house.call("GET", f"/documents/{made['document']['id']}").text
    everything += house.call("GET", f"/documents/{made['document']['id']}/audit").text
    assert "199001012385" not in everything + str(made)


def test_a_project_without_a_choice_offers_the_standard_methods(house: House) -> None:
    made = house.create(house.project()["id"])
    assert envelope_of(house, made).tasks[0].methods == ("drawn", "typed", "click")


def test_white_label_mails_nothing(house: House) -> None:
    project = house.project(emailNotificationsEnabled=False)
    made = house.create(project["id"], callbackUrl="https://app.example/hook")
    house.act(made["participants"][0])
    house.work()
    assert house.world.mailed == []
    assert [call.event for call in house.world.called] == ["document.signed", "document.completed"]
    other = house.create(project["id"])
    answer = house.call("POST", f"/documents/{other['document']['id']}/remind", json={})
    message = "Email notifications are disabled for this project"
    assert_refused(answer, 400, "VALIDATION_ERROR", message)


def test_a_logo_is_uploaded_and_removed(house: House) -> None:
    made = house.project()
    path = f"/projects/{made['id']}/logo"
    headers = {"Content-Type": "image/png"}
    answer = house.call("PUT", path, content=PNG, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["project"]["settings"]["branding"]["hasLogo"]
    assert envelope_of(house, house.create(made["id"])).settings.branding.logo
    assert house.call("DELETE", path).status_code == 204
    read = house.get(f"/projects/{made['id']}")["project"]
    assert not read["settings"]["branding"]["hasLogo"]


def test_a_logo_by_address_is_fetched_once_and_again_only_when_it_did_not_come(
    house: House,
) -> None:
    fetched = house.ports.fetcher
    assert isinstance(fetched, FakeFetcher)
    there, elsewhere = "https://cdn.example/logo.png", "https://cdn.example/other.png"
    made = house.project(branding={"logoUrl": there})
    path, branding = f"/projects/{made['id']}", made["settings"]["branding"]
    assert (branding["logoUrl"], branding["hasLogo"]) == (there, False)
    fetched.files[there] = PNG

    def changed(logo_url: str | None) -> tuple[str | None, bool]:
        change = {"settings": {"branding": {"logoUrl": logo_url}}}
        shown = house.call("PATCH", path, json=change).json()["project"]["settings"]["branding"]
        return shown["logoUrl"], shown["hasLogo"]

    assert changed(there) == (there, True)
    fetched.files.clear()
    assert changed(there) == (there, True)
    assert changed(elsewhere) == (elsewhere, False)
    assert changed(None) == (None, False)


def test_what_is_no_picture_is_no_logo(house: House) -> None:
    path = f"/projects/{house.standard}/logo"
    headers = {"Content-Type": "image/png"}
    answer = house.call("PUT", path, content=pdf(), headers=headers)
    message = "Must be a PNG, JPEG or WebP picture"
    assert_refused(answer, 400, "VALIDATION_ERROR", "Validation failed", logo=message)
    svg = house.call("PUT", path, content=b"<svg/>", headers={"Content-Type": "image/svg+xml"})
    assert svg.status_code == 415
    large = house.call("PUT", path, content=PNG + bytes(2 << 20), headers=headers)
    assert large.status_code == 413


def test_templates_show_their_roles_and_fields(house: House) -> None:
    assert house.get("/templates") == {"templates": []}
    template = house.template(EMPLOYER)
    (listed,) = house.get("/templates")["templates"]
    assert listed == {
        "id": template.id,
        "name": "Employment Agreement",
        "description": "For everybody",
        "signerCount": 1,
        "signerRoles": [{"index": 0, "label": "Employer", "role": "signer", "signingOrder": 1}],
        "createdAt": "2026-11-20T08:58:00Z",
    }
    read = house.get(f"/templates/{template.id}")["template"]
    (field,) = read.pop("fields")
    assert read == listed
    assert field == {
        "id": template.fields[0].id,
        "type": "signature",
        "roleIndex": 0,
        "page": 1,
        "x": 0.1,
        "y": 0.0,
        "width": 0.3,
        "height": 0.1,
        "required": True,
        "label": "Employer signs",
    }


def test_a_document_from_a_template_puts_each_field_to_whom_the_mapping_says(house: House) -> None:
    template = house.template(EMPLOYER, EMPLOYER)
    people = [person(name="Elsa"), person(name="Bo"), person(name="Rut", role="reviewer")]
    made = house.create(
        document=ABSENT,
        templateId=template.id,
        participants=people,
        roleMapping={"0": 1, "1": 0},
    )
    envelope = envelope_of(house, made)
    tasks = envelope.tasks
    assert envelope.documents[0].name == made["document"]["name"] == "Lease"
    assert [[field.area.y for field in task.fields] for task in tasks] == [[0.2], [0.0], []]
    assert house.read(made)["document"]["templateId"] == template.id
    assert "templateId" not in house.read(house.create(document=inline()))["document"]
