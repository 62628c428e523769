"""Settings: what they say of themselves, and what they refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from countersign.__main__ import main
from countersign.settings import BadSettings, read_settings
from tests.rules.settings_page import PAGE, page


@pytest.fixture(autouse=True)
def _no_settings_of_mine(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("COUNTERSIGN_")]:
        monkeypatch.delenv(name)


def test_the_page_says_what_the_code_says() -> None:
    """Mend it with `python -m tests.rules.settings_page`."""
    assert PAGE.read_text("utf-8") == page()


def test_a_variable_wins_over_the_file_and_an_option_over_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "countersign.toml"
    config.write_text('max_upload_mb = 7\nlog_format = "json"\nsandbox = true\n')
    monkeypatch.setenv("COUNTERSIGN_CONFIG", str(config))
    monkeypatch.setenv("COUNTERSIGN_MAX_UPLOAD_MB", "8")
    found = read_settings(sandbox=False)
    assert (found.max_upload_mb, found.log_format, found.sandbox) == (8, "json", False)


def test_a_secret_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "smtp"
    secret.write_text("smtp://user:hidden@mail.example\n")
    monkeypatch.setenv("COUNTERSIGN_SMTP_URL_FILE", str(secret))
    assert read_settings().smtp_url == "smtp://user:hidden@mail.example"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("COUNTERSIGN_SMPT_URL", "smtp://x", "COUNTERSIGN_SMPT_URL"),
        ("COUNTERSIGN_MAX_UPLOAD_MB", "many", "COUNTERSIGN_MAX_UPLOAD_MB"),
        ("COUNTERSIGN_SANDBOX", "perhaps", "COUNTERSIGN_SANDBOX"),
        (
            "COUNTERSIGN_CONFIG",
            "/nowhere/at/all.toml",
            "CONFIG: /nowhere/at/all.toml: No such file",
        ),
        ("COUNTERSIGN_CONFIG", __file__, "COUNTERSIGN_CONFIG: .* is not TOML"),
        ("COUNTERSIGN_PUBLIC_URL", "sign.acme.example", "COUNTERSIGN_PUBLIC_URL: must begin with"),
        ("COUNTERSIGN_TSA_URLS", "http://a.example,b.example", "COUNTERSIGN_TSA_URLS: must begin"),
        ("COUNTERSIGN_SMTP_URL_FILE", "/nowhere/at/all", "COUNTERSIGN_SMTP_URL_FILE"),
    ],
)
def test_a_mistake_is_named(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=said):
        read_settings()


@pytest.mark.parametrize("between", [" ", ",", ", "])
def test_several_addresses_are_separated_as_people_do(
    between: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = ("http://tsa.example/1", "https://tsa.example/2")
    monkeypatch.setenv("COUNTERSIGN_TSA_URLS", between.join(urls))
    assert read_settings().tsa_urls == urls


@pytest.mark.parametrize(
    ("data", "smtp", "said"),
    [
        ("file/data", "", r"COUNTERSIGN_DATA: .*/file/data: Not a directory"),
        ("data", "mail.acme.example", "COUNTERSIGN_SMTP_URL or COUNTERSIGN_MAIL_FROM: "),
    ],
)
def test_an_installation_that_cannot_be_opened_is_explained_in_one_line(
    data: str,
    smtp: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("COUNTERSIGN_SMTP_URL", smtp)
    assert main(["doctor", "--data", str(tmp_path / data)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert re.match(f"countersign: {said}", line)


@pytest.mark.slow  # makes a trial of LibreOffice
def test_a_new_installation_has_nothing_that_the_doctor_calls_bad(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--data", str(tmp_path / "new")]) == 0
    assert "BAD" not in capsys.readouterr().out
