"""Each role tries each operation of the dashboard: the table of rights is what happens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from countersign.domain.member import Role
from countersign.domain.rights import RIGHTS, Right
from countersign.httpkit import Operation, Runtime
from countersign.pages.dashboard.access import right_of
from countersign.pages.dashboard.api import operations
from tests.pages.dashboard.office import CLICK, Office, add_member, opened, set_up

pytestmark = pytest.mark.slow

FOR_EVERYBODY = {
    "/dashboard/sign-in",
    "/dashboard/sign-in/link",
    "/dashboard/sign-in/code",
    "/dashboard/sign-out",
    "/dashboard/link/{secret}",
    "/dashboard/start/{secret}",
    "/dashboard/join/{secret}",
    "/dashboard/passkey/options",
    "/dashboard/passkey",
    "/dashboard/sso/{account_id}",
    "/dashboard/sso-return",
}
TOOLS = SimpleNamespace(trials=None, mail=SimpleNamespace(mail_from=""), domains=None, sealing=None)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened(tmp_path_factory.mktemp("rights")) as made:
        yield made


@pytest.fixture(scope="module")
def browsers(office: Office) -> dict[str, TestClient]:
    """Of one member of each role; the installation's first owner is its operator, too."""
    operator = set_up(office)
    return {"operator": operator} | {
        role.value: add_member(office, operator, role.value) for role in Role
    }


def everything(office: Office, folder: Path) -> list[Operation]:
    runtime = Runtime(folder / "unused", handler_threads=1)
    return operations(
        office.installation.desk,
        runtime,
        cast(
            Any,
            SimpleNamespace(verify=None, events={}, server=None, tools=TOOLS, largest_file=1),
        ),
    )


def test_whatever_is_not_for_everybody_asks_for_a_right(office: Office, tmp_path: Path) -> None:
    found = everything(office, tmp_path)
    assert {one.path for one in found if right_of(one) is None} == FOR_EVERYBODY
    assert all(one.public == (right_of(one) is None) for one in found)


def call(browser: TestClient, operation: Operation) -> Any:
    """With ids that nobody has and an empty form: a refusal for the role comes before all else."""
    path = re.sub(r"\{\w+:int\}", "0", operation.path)
    path = re.sub(r"\{\w+\}", "nothing", path)
    body: dict[str, Any] = {}
    if operation.method == "POST":
        media = {one.partition("/")[2] for each in operation.bodies for one in each.media}
        body = {"data": {"x": "y"}}
        if "json" in media:
            body = {"json": {"ticket": "x", "name": "x", "credential": {}}}
        elif "form-data" in media:
            body |= {"files": {"x": b""}}
    return browser.request(operation.method, path, headers=CLICK, **body)


def allowed(role: str, right: Right) -> bool:
    if role == "operator":
        return right is Right.OPERATE or Role.OWNER in RIGHTS[right]
    return Role(role) in RIGHTS[right]


@pytest.mark.parametrize("role", ["operator", *(role.value for role in Role)])
def test_each_role_may_do_what_the_table_says_and_nothing_else(
    office: Office, browsers: dict[str, TestClient], tmp_path: Path, role: str
) -> None:
    wrong = []
    for operation in everything(office, tmp_path):
        right = right_of(operation)
        if right is None or operation.path.endswith("/sso/end"):
            continue
        status = call(browsers[role], operation).status_code
        if (status == 403) is allowed(role, right) or status >= 500:
            wrong.append(f"{operation.title}: {status}")
    assert wrong == []


def test_who_is_not_signed_in_may_do_nothing(office: Office, tmp_path: Path) -> None:
    stranger = office.new_browser()
    for operation in everything(office, tmp_path):
        if right_of(operation) is not None:
            answer = call(stranger, operation)
            leads_to_sign_in = answer.headers.get("location", "").startswith("/dashboard/sign-in")
            assert answer.status_code == 401 or leads_to_sign_in, operation.title


def test_every_right_is_somebodys() -> None:
    assert set(RIGHTS) == set(Right)
    assert all(Role.OWNER in roles for right, roles in RIGHTS.items() if right is not Right.OPERATE)
    assert all(RIGHTS[right] <= RIGHTS[Right.OWN_SIGN_IN] for right in Right)


def test_every_page_opens_on_postgresql_as_well(postgres_url: str, tmp_path: Path) -> None:
    with opened(tmp_path, database_url=postgres_url) as office:
        owner = set_up(office)
        add_member(office, owner, "viewer")
        for operation in everything(office, tmp_path):
            if operation.method == "GET" and "{" not in operation.path and right_of(operation):
                status = owner.get(operation.path, params={"q": "x"}).status_code
                assert status in (200, 303), operation.title
