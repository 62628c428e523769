"""Every dialect is documented, and by what it really serves."""

from __future__ import annotations

import pytest

from countersign.app import DIALECTS
from countersign.dialects import Dialect
from tests.rules.dialect_pages import page_of, with_calls
from tests.rules.tree import SOURCE

FILES = {"__init__", "api", "routes", "schemas", "translate", "errors", "auth", "webhooks"}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_the_page_of_a_dialect_lists_the_calls_that_it_serves(dialect: Dialect) -> None:
    page = page_of(dialect).read_text("utf-8")
    assert page == with_calls(dialect, page), "run `python -m tests.rules.dialect_pages`"


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_all_dialects_have_the_same_files(dialect: Dialect) -> None:
    """Who knows one finds his way in all; a dialect may have more files where it needs them."""
    folder = SOURCE / "dialects" / dialect.name.replace("-", "_")
    assert {path.stem for path in folder.glob("*.py")} >= FILES


def test_no_folder_of_dialects_is_forgotten() -> None:
    folders = {path.parent.name for path in (SOURCE / "dialects").glob("*/__init__.py")}
    assert folders == {dialect.name.replace("-", "_") for dialect in DIALECTS}
