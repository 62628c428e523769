"""Projects and templates over fakes: what an account has, changes, and sends from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.account import Account
from countersign.domain.errors import (
    DefaultProject,
    Invalid,
    NotFound,
    ProjectInUse,
    StaleState,
    UnusableFile,
)
from countersign.domain.project import Project, ProjectSettings
from countersign.domain.task import Action, FieldKind, Person
from countersign.domain.template import Role
from countersign.usecases.authenticate import authenticate
from countersign.usecases.change_project import change_project
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential
from countersign.usecases.create_project import create_project
from countersign.usecases.import_template import ImportTemplate, import_template
from countersign.usecases.ports import EnvelopeQuery, Ports, ProjectQuery
from countersign.usecases.receive_file import StagedBytes
from countersign.usecases.remove_project import remove_project
from countersign.usecases.send_envelope import NewTask, SendEnvelope, send_envelope
from countersign.usecases.use_template import use_template
from countersign.usecases.views import (
    list_envelopes,
    list_projects,
    list_templates,
    read_project,
    read_template,
)
from tests.usecases.fake_engine import pdf
from tests.usecases.world import World

API = "some-api"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ports(world: World) -> Ports:
    return world.ports()


@pytest.fixture
def owner(ports: Ports) -> Account:
    return create_account("Ada AB", "ada@example.org", ports)


def projects_of(owner: Account, ports: Ports) -> list[Project]:
    return list(list_projects(ProjectQuery(account_id=owner.id), ports)[0])


def form(*names: str) -> StagedBytes:
    fields = "".join(f"/Field {name}\n" for name in names)
    return StagedBytes(pdf() + fields.encode())


def imported(owner: Account, **changes: object) -> ImportTemplate:
    command = ImportTemplate(
        account_id=owner.id,
        name="Lease",
        upload=form("Landlord signature", "Tenant city", "Tenant signature"),
        file_name="lease.pdf",
        roles=(Role(label="Landlord"), Role(label="Tenant", order=2)),
    )
    return replace(command, **changes)  # type: ignore[arg-type]


def signers(*names: str) -> tuple[NewTask, ...]:
    return tuple(NewTask(person=Person(name=name), actions={0: Action.SIGN}) for name in names)


def test_every_account_begins_with_two_projects_that_stay(owner: Account, ports: Ports) -> None:
    both = projects_of(owner, ports)
    assert {one.name for one in both} == {"Standard Signing", "eID Signing"}
    for project in both:
        with pytest.raises(DefaultProject):
            remove_project(owner.id, project.id, ports)


def test_a_project_is_made_changed_and_removed(owner: Account, ports: Ports) -> None:
    made = create_project(owner.id, "Leases", ProjectSettings(), ports)
    changed = change_project(
        owner.id, made.id, lambda old: ("Sales", replace(old.settings, chat=False)), ports
    )
    assert read_project(owner.id, made.id, ports) == changed
    assert (changed.name, changed.settings) == ("Sales", ProjectSettings(chat=False))
    remove_project(owner.id, made.id, ports)
    with pytest.raises(NotFound):
        read_project(owner.id, made.id, ports)


def test_nobody_touches_another_accounts_project_or_template(owner: Account, ports: Ports) -> None:
    other = create_account("Eve AB", "eve@example.org", ports)
    project = projects_of(owner, ports)[0]
    template = import_template(imported(owner), ports)
    for attempt in (
        lambda: read_project(other.id, project.id, ports),
        lambda: remove_project(other.id, project.id, ports),
        lambda: change_project(other.id, project.id, lambda old: ("X", old.settings), ports),
        lambda: read_template(other.id, template.id, ports),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert list_templates(other.id, ports) == []


def test_a_change_that_was_overtaken_is_made_again_on_what_there_is(
    owner: Account, ports: Ports
) -> None:
    made = create_project(owner.id, "Leases", ProjectSettings(), ports)
    seen: list[bool] = []

    def turn_chat_off(old: Project) -> tuple[str, ProjectSettings]:
        return old.name, replace(old.settings, chat=False)

    def without_notices(old: Project) -> tuple[str, ProjectSettings]:
        if not seen:
            change_project(owner.id, made.id, turn_chat_off, ports)
        seen.append(old.settings.chat)
        return old.name, replace(old.settings, notify_people=False)

    changed = change_project(owner.id, made.id, without_notices, ports)
    assert seen == [True, False]
    assert changed.settings == ProjectSettings(chat=False, notify_people=False)


def test_a_form_becomes_a_template_whose_fields_follow_its_roles(
    owner: Account, ports: Ports
) -> None:
    template = import_template(imported(owner), ports)
    assert read_template(owner.id, template.id, ports) == template
    assert [(field.role, field.kind, field.name) for field in template.fields] == [
        (0, FieldKind.SIGNATURE, "Landlord signature"),
        (1, FieldKind.TEXT, "Tenant city"),
        (1, FieldKind.SIGNATURE, "Tenant signature"),
    ]


def test_a_template_that_can_not_be_used_is_refused_and_nothing_is_kept(
    world: World, owner: Account, ports: Ports
) -> None:
    for changes, kind in (
        ({"name": ""}, Invalid),
        ({"roles": (Role(label="Bank", action=Action.REVIEW),)}, Invalid),
        ({"upload": StagedBytes(b"no PDF")}, UnusableFile),
        ({"account_id": "nobody"}, NotFound),
    ):
        with pytest.raises(kind):
            import_template(imported(owner, **changes), ports)  # type: ignore[arg-type]
    assert list_templates(owner.id, ports) == []
    assert world.files.stored == {}


def sent(owner: Account, ports: Ports, project: Project, **changes: object) -> str:
    secret = create_credential(
        CreateCredential(account_id=owner.id, api=API, name=str(changes)), ports
    ).secret
    template = import_template(imported(owner), ports)
    document, tasks = use_template(template, signers("Ada", "Bo"), {0: 1, 1: 0})
    command = SendEnvelope(
        caller=authenticate(API, secret, ports),
        origin=API,
        name="Lease 1",
        documents=(document,),
        tasks=tasks,
        sender_name="Ada AB",
        project_id=project.id,
    )
    return send_envelope(replace(command, **changes), ports).id  # type: ignore[arg-type]


def test_an_envelope_from_a_template_has_the_fields_of_the_roles(
    owner: Account, ports: Ports
) -> None:
    project = projects_of(owner, ports)[0]
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(sent(owner, ports, project))
    fields = [[field.name for field in task.fields] for task in envelope.tasks]
    assert fields == [["Tenant city", "Tenant signature"], ["Landlord signature"]]
    assert envelope.documents[0].name == "lease.pdf"
    assert envelope.project_id == project.id


def test_without_a_mapping_each_role_is_taken_by_the_task_of_its_number(
    owner: Account, ports: Ports
) -> None:
    template = import_template(imported(owner), ports)
    _, tasks = use_template(template, signers("Ada", "Bo", "Cy"))
    assert [len(task.fields) for task in tasks] == [1, 2, 0]
    with pytest.raises(Invalid):
        use_template(template, signers("Ada"))


def test_a_project_with_an_envelope_stays_and_lists_it(owner: Account, ports: Ports) -> None:
    project = create_project(owner.id, "Leases", ProjectSettings(), ports)
    envelope_id = sent(owner, ports, project)
    query = EnvelopeQuery(account_id=owner.id, project_id=project.id, statuses=("open",))
    (head,), total = list_envelopes(query, ports)
    assert (head.id, head.name, head.begun, total) == (envelope_id, "Lease 1", False, 1)
    with pytest.raises(ProjectInUse):
        remove_project(owner.id, project.id, ports)


def test_nothing_is_sent_into_another_accounts_project(owner: Account, ports: Ports) -> None:
    other = create_account("Eve AB", "eve@example.org", ports)
    with pytest.raises(NotFound):
        sent(owner, ports, projects_of(other, ports)[0])


def test_a_project_that_everybody_changes_at_once_gives_up_at_last(
    owner: Account, ports: Ports
) -> None:
    made = create_project(owner.id, "Leases", ProjectSettings(), ports)

    def overtaken(old: Project) -> tuple[str, ProjectSettings]:
        change_project(owner.id, made.id, lambda now: (now.name, now.settings), ports)
        return old.name, old.settings

    with pytest.raises(StaleState):
        change_project(owner.id, made.id, overtaken, ports)
