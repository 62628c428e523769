"""`countersign form` and `countersign draft`: what they make, show and refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from countersign.__main__ import main
from tests.pdf.samples import contract


@pytest.fixture
def account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    ran = main([
        "account", "create", "--name", "Acme", "--email", "o@acme.example", "--json",
        "--data", str(tmp_path / "data"),
    ])  # fmt: skip
    assert ran == 0
    id: str = json.loads(capsys.readouterr().out)["account"]["id"]
    return id


def run(tmp_path: Path, *command: str) -> int:
    return main([*command, "--data", str(tmp_path / "data")])


def imported(tmp_path: Path, account: str, *options: str) -> int:
    (tmp_path / "terms.pdf").write_bytes(contract())
    return run(
        tmp_path, "form", "import", str(tmp_path / "terms.pdf"), "--account", account,
        "--name", "Terms", "--json", *options,
    )  # fmt: skip


def written(path: Path, value: Any) -> str:
    path.write_text(json.dumps(value))
    return str(path)


def test_a_form_is_made_listed_and_opened(
    tmp_path: Path, account: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tags = written(tmp_path / "tags.json", [{"tag": "rent", "type": "number", "value": 1}])
    defaults = written(tmp_path / "d.json", {"settings": {"lang": "en"}})
    assert imported(tmp_path, account, "--tags", tags, "--defaults", defaults) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["tags"] == [{"tag": "rent", "type": "number"}]
    assert (made["name"], made["documents"], "link" in made) == ("Terms", ["terms.pdf"], False)
    assert run(tmp_path, "form", "list", "--account", account) == 0
    assert capsys.readouterr().out.split() == [made["id"], "active", "Terms"]
    change = ["form", "set", made["id"], "--account", account, "--public", "yes", "--active", "no"]
    assert run(tmp_path, *change) == 0
    shown = capsys.readouterr().out
    assert "inactive" in shown
    assert "/f/" in shown


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        ("--tags", {"tag": "x"}, "a list of tags is wanted"),
        ("--tags", [{"name": "x"}], "tag 0"),
        ("--tags", [{"tag": "x", "type": "colour"}], "tag 0"),
        ("--tags", [{"tag": "a b"}], "this form can't be used"),
        ("--tags", [{"tag": "x"}, {"tag": "x"}], "this form can't be used"),
        ("--defaults", {"settings": {"lang": "xx"}}, "settings.lang"),
        ("--defaults", {"recipients": [{"name": "A", "cpr": "0101901234"}]}, "CPR"),
        ("--defaults", [], "defaults"),
    ],
)
def test_what_is_wrong_is_told_without_values(
    tmp_path: Path,
    account: str,
    capsys: pytest.CaptureFixture[str],
    option: str,
    value: Any,
    text: str,
) -> None:
    assert imported(tmp_path, account, option, written(tmp_path / "x.json", value)) == 2
    told = capsys.readouterr().err
    assert text in told
    assert "0101901234" not in told


def test_what_is_not_there_is_told(
    tmp_path: Path, account: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imported(tmp_path, "nobody") == 2
    assert run(tmp_path, "form", "set", "x", "--account", account) == 2
    assert run(tmp_path, "form", "set", "0" * 24, "--account", account) == 2
    assert run(tmp_path, "draft", "send", "0" * 24) == 2
    assert "Traceback" not in capsys.readouterr().err
