"""A project's logo, and who may embed its signing pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.branding import Branding
from countersign.domain.errors import NotFound, UnusableFile
from countersign.domain.project import Project, ProjectSettings
from countersign.usecases.change_project import change_project
from countersign.usecases.create_account import create_account
from countersign.usecases.create_project import create_project
from countersign.usecases.embed_task import embedding_origin
from countersign.usecases.set_project_logo import (
    LARGEST_LOGO,
    remove_project_logo,
    set_project_logo,
)
from tests.usecases.office import Office, caller_of
from tests.usecases.world import World

PNG = b"\x89PNG a picture"
HOME = "https://www.acme.example"


@pytest.fixture
def office() -> Office:
    world = World()
    ports = world.ports()
    return Office(world, ports, caller_of(ports))


@pytest.fixture
def project(office: Office) -> Project:
    settings = ProjectSettings(widget_origins=(HOME,))
    return create_project(office.caller.account.id, "Letting", settings, office.ports)


def test_a_logo_is_kept_and_taken_away_again(office: Office, project: Project) -> None:
    account = office.caller.account.id
    changed = set_project_logo(account, project.id, PNG, office.ports)
    logo = changed.settings.branding.logo
    assert logo is not None
    assert office.ports.files.read(logo) == PNG
    assert changed.settings.widget_origins == (HOME,), "nothing else changes"
    changed = remove_project_logo(account, project.id, office.ports)
    assert changed.settings.branding.logo is None


def test_an_upload_takes_the_place_of_a_logo_that_was_fetched(office: Office) -> None:
    account = office.caller.account.id
    fetched = Branding(logo_url="https://acme.example/logo.png")
    settings = ProjectSettings(branding=fetched)
    project = create_project(account, "Letting", settings, office.ports)
    uploaded = set_project_logo(account, project.id, PNG, office.ports)
    assert uploaded.settings.branding.logo_url == ""


def test_what_is_no_picture_or_too_large_is_refused(office: Office, project: Project) -> None:
    account = office.caller.account.id
    for data, code in ((b"<svg/>", "not_image"), (PNG + bytes(LARGEST_LOGO), "too_large")):
        with pytest.raises(UnusableFile) as refused:
            set_project_logo(account, project.id, data, office.ports)
        assert refused.value.code == code


def test_nobody_sets_the_logo_of_another_account(office: Office, project: Project) -> None:
    other = create_account("Other", "owner@other.example", office.ports)
    with pytest.raises(NotFound):
        set_project_logo(other.id, project.id, PNG, office.ports)


def test_an_envelope_is_embedded_where_its_project_allows_it_today(
    office: Office, project: Project
) -> None:
    envelope = office.send((), project_id=project.id)
    assert embedding_origin(envelope, HOME, office.ports) == HOME
    for asked in ("", "null", "*", "https://other.example", HOME + ".evil.example"):
        assert embedding_origin(envelope, asked, office.ports) is None

    def allow_nobody(old: Project) -> tuple[str, ProjectSettings]:
        return old.name, replace(old.settings, widget_origins=())

    change_project(office.caller.account.id, project.id, allow_nobody, office.ports)
    assert embedding_origin(envelope, HOME, office.ports) is None


def test_an_envelope_without_a_project_is_embedded_nowhere(office: Office) -> None:
    assert embedding_origin(office.send(()), HOME, office.ports) is None
