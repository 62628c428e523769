"""What `doctor` says of LibreOffice."""

from __future__ import annotations

from pathlib import Path

import pytest

from countersign.__main__ import main
from countersign.adapters.office import process
from tests.support.tools import require_tool

pytestmark = pytest.mark.slow


def said(data: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(["doctor", "--data", str(data)]) == 0
    return [line for line in capsys.readouterr().out.splitlines() if "DOCX" in line]


def test_it_tries_to_convert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    require_tool("soffice")
    assert said(tmp_path, capsys)[0] == "ok    DOCX: LibreOffice makes PDFs"


def test_it_says_what_to_do_where_libreoffice_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(process, "USUAL_PLACES", ())
    (line,) = said(tmp_path, capsys)
    assert line.startswith("hint  DOCX: LibreOffice is not installed")
    assert "libreoffice-writer-nogui" in line


def test_it_says_when_math_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    require_tool("soffice")
    monkeypatch.setattr("countersign.adapters.office.converter.MATH", "libnowhere.so")
    assert "hint  DOCX: formulas will be missing; install LibreOffice Math" in said(
        tmp_path, capsys
    )


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("SOFFICE", "/nowhere/soffice", "there is no LibreOffice at /nowhere/soffice"),
        ("CONVERTERS", "0", "there has to be at least one"),
        ("CONVERTERS", "many", "'many' can't be understood"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    name: str,
    value: str,
    why: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(f"COUNTERSIGN_{name}", value)
    assert main(["doctor", "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"countersign: COUNTERSIGN_{name}: {why}\n"
