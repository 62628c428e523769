"""`countersign template import`, and the sample template of a sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from countersign.commands.failing import Failure
from countersign.commands.template import parse_roles
from countersign.domain.task import Action
from countersign.domain.template import Role
from tests.commands.running import Ran, assert_refused, countersign
from tests.pdf.samples import contract
from tests.pdf.test_own_form import by_reportlab, with_signature_fields

SIGNATURE = {
    "role": "Tenant",
    "type": "signature",
    "page": 1,
    "x": 0.1,
    "y": 0.8,
    "w": 0.3,
    "h": 0.1,
}


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("Employer", [Role(label="Employer")]),
        ("Employer, Employee", [Role(label="Employer"), Role(label="Employee")]),
        ("A:signer@2,B@1", [Role(label="A", order=2), Role(label="B", order=1)]),
        ("Vårdnadshavare 1:reviewer", [Role(label="Vårdnadshavare 1", action=Action.REVIEW)]),
    ],
)
def test_roles_are_written_with_what_they_do_and_their_order(text: str, roles: list[Role]) -> None:
    assert list(parse_roles(text)) == roles


@pytest.mark.parametrize("text", ["", "A,", "A:witness", "A@0", "A@first", ":signer", "A@1:signer"])
def test_what_is_no_role_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="is no role"):
        parse_roles(text)


def account(data: Path, **settings: str) -> str:
    ran = countersign(
        "account", "create", "--name", "A", "--email", "a@a.example", "--json", "--data", data,
        **settings,
    )  # fmt: skip
    identity: str = json.loads(ran.stdout)["account"]["id"]
    return identity


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates") / "installation"


@pytest.fixture(scope="module")
def owner(data: Path) -> str:
    return account(data)


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "lease.pdf"
    path.write_bytes(with_signature_fields(by_reportlab(), Tenant=(60, 60, 260, 120)))
    return path


def imported(data: Path, owner: str, file: Path, *more: str | Path) -> Ran:
    return countersign(
        "template", "import", file, "--account", owner, "--name", "Lease", "--roles",
        "Landlord,Tenant@2", "--data", data, *more,
    )  # fmt: skip


def made(ran: Ran) -> dict[str, Any]:
    assert ran.returncode == 0, ran.stderr
    printed: dict[str, Any] = json.loads(ran.stdout)
    return printed


@pytest.mark.slow
def test_a_pdf_with_a_form_becomes_a_template(data: Path, owner: str, form: Path) -> None:
    template = made(imported(data, owner, form, "--json"))
    assert template["name"] == "Lease"
    assert [(role["label"], role["order"]) for role in template["roles"]] == [
        ("Landlord", 1),
        ("Tenant", 2),
    ]
    fields = [(one["role"], one["type"], one["name"], one["page"]) for one in template["fields"]]
    assert fields == [
        ("Landlord", "text", "Place of signing", 0),
        ("Landlord", "checkbox", "Pets are allowed", 0),
        ("Tenant", "signature", "Tenant", 0),
        ("Landlord", "text", "place", 1),
        ("Landlord", "text", "floor", 1),
    ]


@pytest.mark.slow
def test_fields_may_be_given_in_a_file(data: Path, owner: str, tmp_path: Path) -> None:
    document, fields = tmp_path / "lease.pdf", tmp_path / "fields.json"
    document.write_bytes(contract())
    fields.write_text(json.dumps([SIGNATURE]))
    template = made(imported(data, owner, document, "--json", "--fields", fields))
    assert template["fields"] == [{**SIGNATURE, "name": "", "required": True}]
    said = imported(data, owner, document, "--fields", fields).stdout
    assert said.startswith("Template Lease (")
    assert "Tenant: sign (1 signature)" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"page": 7}, "there is no page 7"),
        ({"x": 0.9}, "does not lie on its page"),
        ({"role": "Nobody"}, "'Nobody' is not in list"),
        ({"type": "seal"}, "'seal' is not a valid"),
        ({"y": None}, "field 0"),
    ],
)
def test_a_field_that_can_not_be_is_refused_by_its_number(
    data: Path, owner: str, tmp_path: Path, changes: dict[str, object], text: str
) -> None:
    document, fields = tmp_path / "lease.pdf", tmp_path / "fields.json"
    document.write_bytes(contract())
    fields.write_text(json.dumps([SIGNATURE | changes]))
    assert_refused(imported(data, owner, document, "--fields", fields), text)


@pytest.mark.slow
def test_what_can_not_be_imported_is_said_in_a_sentence(
    data: Path, owner: str, form: Path, tmp_path: Path
) -> None:
    assert_refused(imported(data, owner, tmp_path / "nothing.pdf"), "No such file")
    assert_refused(imported(data, "nobody", form), "no such account")
    assert_refused(imported(tmp_path / "elsewhere", owner, form), "there is no installation")
    form.write_bytes(b"plain text")
    assert_refused(imported(data, owner, form), "not a PDF")


@pytest.mark.slow
def test_accounts_of_a_sandbox_begin_with_a_sample_template(tmp_path: Path) -> None:
    from countersign.adapters.database.engine import Database
    from countersign.adapters.database.templates import Templates
    from countersign.adapters.database.transaction import Transaction

    data = tmp_path / "sandbox"
    first = account(data, SANDBOX="1")
    told_nothing = account(data)
    database = Database(f"sqlite:///{data / 'countersign.db'}")
    for owner in (first, told_nothing):
        with Transaction(database) as transaction:
            (template,) = Templates(transaction).all(owner)
        assert [role.label for role in template.roles] == ["Client", "Consultant"]
        assert [field.role for field in template.fields] == [0, 1]
    database.close()
