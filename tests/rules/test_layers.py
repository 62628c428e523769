"""Imports point one way, so that each part can be read, tested and replaced without the rest.

The layers themselves stand in `pyproject.toml` under `[tool.importlinter]`. An import that has to
break them is listed there under `ignore_imports`, with its reason.
"""

import sys

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.rules.tree import ROOT, SOURCE, escaped, imports, modules, named

# Parts of the standard library that reach outside: they belong in adapters
REACHING_OUT = {"http", "socket", "sqlite3", "smtplib", "ssl", "subprocess", "urllib.request"}

# Where a library may be imported, so that one place knows its pitfalls and can replace it
HOMES = {
    "argon2": ("adapters/passwords.py",),
    "alembic": ("adapters/database",),
    "lxml": ("docx", "xades", "adapters/identity"),
    "obstore": ("adapters/files",),
    "pikepdf": ("pdf",),
    "pkcs11": ("adapters/keys",),
    "psycopg": ("adapters/database",),
    "pyhanko": ("pdf", "adapters/keys"),
    "pyhanko_certvalidator": ("pdf", "adapters/identity"),
    "pypdfium2": ("pdf",),
    "signxml": ("adapters/identity",),
    "sqlalchemy": ("adapters/database",),
    "starlette": ("app.py", "app_dashboard.py", "dialects", "httpkit", "pages"),
    "webauthn": ("adapters/passkeys.py",),
    "uvicorn": ("__main__.py", "commands", "app.py"),
}


def test_imports_point_one_way(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # It would switch off all loggers that there are, for the tests that follow in this process
    monkeypatch.setattr("logging.config.dictConfig", lambda _: None)
    config = str(ROOT / "pyproject.toml")
    status = lint_imports(config_filename=config, no_cache=True, no_logo=True)
    assert status == EXIT_STATUS_SUCCESS, capfd.readouterr().out


def test_the_core_needs_nothing_but_the_standard_library() -> None:
    """Rules about signing outlive frameworks; and a test of them needs no server.

    Way round: `# escape core-libraries: reason` in the file.
    """
    found = [
        f"{named(path)} imports {name}"
        for path in modules(SOURCE / "domain", SOURCE / "usecases")
        for name in imports(path)
        if not _belongs_in_the_core(name) and not escaped(path, "core-libraries")
    ]
    assert not found, "\n".join(found)


def _belongs_in_the_core(name: str) -> bool:
    top = name.partition(".")[0]
    if top in REACHING_OUT or name in REACHING_OUT:
        return False
    return top == "countersign" or top in sys.stdlib_module_names


def test_each_library_is_imported_only_where_it_is_at_home() -> None:
    """A library that is spread over the house can be neither understood nor replaced.

    Way round: add its new home to HOMES, in a commit that says why.
    """
    found = [
        f"{named(path)} imports {name}"
        for path in modules(SOURCE)
        for name in imports(path)
        if not _at_home(path.relative_to(SOURCE).as_posix(), name.partition(".")[0])
    ]
    assert not found, "\n".join(found)


def _at_home(path: str, library: str) -> bool:
    homes = HOMES.get(library)
    return homes is None or any(path == home or path.startswith(f"{home}/") for home in homes)
