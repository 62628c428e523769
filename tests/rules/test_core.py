"""What the core must not know: vendors, the clock, the environment."""

import re

from tests.rules.tree import SOURCE, dotted_names, escaped, imports, modules, named

CORE = (SOURCE / "domain", SOURCE / "usecases")
VENDOR = re.compile(r"next[ _-]?sign|signature[._ -]nc|signicat|signeum", re.IGNORECASE)
CLOCKS = {"datetime.now", "datetime.utcnow", "date.today", "time.time", "time.time_ns"}


def test_the_core_names_no_vendor() -> None:
    """A difference in behaviour is a value in the command, so that a vendor can come and go
    without a change of the core.

    Way round: none is known to be needed.
    """
    found = [
        f"{named(path)}:{number}: {line.strip()}"
        for path in modules(*CORE)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if VENDOR.search(line)
    ]
    assert not found, "\n".join(found)


def test_time_is_an_argument() -> None:
    """Who asks the clock himself cannot be tested at a deadline, and ignores the sandbox's clock.

    Way round: `# escape clock: reason` in the file.
    """
    found = [
        f"{named(path)} asks {name}"
        for path in modules(*CORE, SOURCE / "pdf", SOURCE / "xades", SOURCE / "dialects")
        for name in dotted_names(path)
        if name in CLOCKS and not escaped(path, "clock")
    ]
    assert not found, "\n".join(found)


def test_only_settings_read_the_environment() -> None:
    """Settings are read once, at start, and refused when unknown; a second reader undoes both.

    Way round: `# escape environment: reason` in the file.
    """
    found = [
        named(path)
        for path in modules(SOURCE)
        if path.name != "settings.py"
        if {"os.environ", "os.getenv"} & set(dotted_names(path))
        if not escaped(path, "environment")
    ]
    assert not found, "\n".join(found)


def test_nobody_imports_names_out_of_os_to_read_the_environment() -> None:
    """Keeps the rule above honest: `from os import environ` would go round it."""
    found = [
        named(path)
        for path in modules(SOURCE)
        if "os" in imports(path)
        if re.search(r"^\s*from os import .*\b(environ|getenv)\b", path.read_text("utf-8"), re.M)
    ]
    assert not found, "\n".join(found)
