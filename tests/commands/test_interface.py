"""`countersign interface`: how signing pages of an account look."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.commands.running import Ran, assert_refused, countersign
from tests.commands.test_template import account

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("interface") / "installation"


@pytest.fixture(scope="module")
def owner(data: Path) -> str:
    return account(data)


def interface(data: Path, action: str, owner: str, *more: str | Path) -> Ran:
    return countersign("interface", action, "--account", owner, *more, "--data", data)


def test_an_interface_is_added_listed_and_removed(data: Path, owner: str, tmp_path: Path) -> None:
    assert "no interface yet" in interface(data, "list", owner).stdout
    logo = tmp_path / "logo.png"
    Image.new("RGB", (60, 20), (10, 90, 30)).save(logo)
    ran = interface(
        data, "add", owner, "--name", "shop", "--company", "The Shop", "--color", "#0a5a1e",
        "--logo", logo, "--hide", "decline", "download", "--skip-intro",
        "--identify-first", "--json",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    made = json.loads(ran.stdout)
    assert (made["name"], made["hidden"]) == ("shop", ["decline", "download"])
    assert made["logo"]
    assert made["skip_intro"] is made["identify_first"] is True
    assert json.loads(interface(data, "list", owner, "--json").stdout) == [made]
    assert interface(data, "remove", owner, "--name", "shop").returncode == 0
    assert_refused(interface(data, "remove", owner, "--name", "shop"), "interface")


def test_what_can_not_be_shown_is_refused(data: Path, owner: str, tmp_path: Path) -> None:
    text = tmp_path / "logo.svg"
    text.write_text("<svg/>")
    wrong = (("--color", "red"), ("--hide", "sign"), ("--logo", text), ("--logo", tmp_path / "no"))
    for option, value in wrong:
        ran = interface(data, "add", owner, "--name", "shop", option, value)
        assert ran.returncode == 2, ran.stdout
        assert ran.stderr.startswith("countersign: ")
