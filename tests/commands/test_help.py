"""What the command says of itself."""

from __future__ import annotations

import shlex
from collections.abc import Callable

import pytest

from countersign.__main__ import main

COMMANDS = [
    "",
    "serve",
    "work",
    "demo",
    "account",
    "account create",
    "account client",
    "archive",
    "archive list",
    "template",
    "template import",
    "webhook",
    "webhook add",
    "webhook list",
    "webhook remove",
    "webhook test",
    "webhook runs",
    "webhook resend",
    "verify",
    "sandbox",
    "sandbox advance",
    "migrate",
    "doctor",
    "backup",
    "restore",
]
Said = Callable[[str], str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """What the command prints before it ends by itself, without its line breaks."""

    def run(line: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(shlex.split(line))
        out, err = capsys.readouterr()
        return f"{ended.value.code} " + " ".join((out + err).split())

    return run


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(said: Said, command: str) -> None:
    text = said(f"{command} --help")
    assert text.startswith(f"0 usage: countersign {command}".rstrip())


@pytest.mark.parametrize("command", [each for each in COMMANDS if each])
def test_a_command_that_works_on_an_installation_says_where_that_is(
    said: Said, command: str
) -> None:
    text = said(f"{command} --help")
    if command not in ("demo", "account", "archive", "template", "webhook", "sandbox"):
        assert "default: COUNTERSIGN_DATA, else ./countersign-data" in text


def test_every_command_is_in_the_list(said: Said) -> None:
    text = said("--help")
    assert not [each for each in COMMANDS if each and f" {each.split()[0]} " not in text]


def test_verify_explains_its_exit_codes(said: Said) -> None:
    text = said("verify --help")
    assert (
        "0 every signature is valid: nothing was changed since 1 a signature is not valid, or there"
        in text
    )


@pytest.mark.parametrize("line", ["", "sign", "account", "account delete", "verify", "backup"])
def test_a_line_that_makes_no_command_is_refused_with_its_usage(said: Said, line: str) -> None:
    assert said(line).startswith("2 usage: countersign")
