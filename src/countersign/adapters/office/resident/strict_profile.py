"""The profile that LibreOffice starts with: a fresh one for each process, and strict."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

COMMON = "/org.openoffice.Office.Common"
NOWHERE = "127.0.0.1"  # with port 9, "discard": a proxy that is not there

VALUES = (
    # No macros, no scripts, no links to other files
    (f"{COMMON}/Security/Scripting", "MacroSecurityLevel", 3),
    (f"{COMMON}/Security/Scripting", "DisableMacrosExecution", True),
    (f"{COMMON}/Security/Scripting", "BlockUntrustedRefererLinks", True),
    (f"{COMMON}/Security/Scripting", "DisableActiveContent", True),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", 2),
    ("/org.openoffice.Office.Jobs/Jobs/UpdateCheck/Arguments", "AutoCheckEnabled", False),
    # No network, also where the kernel does not see to it
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", 1),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyName", NOWHERE),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", 9),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", NOWHERE),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", 9),
    # Not the first start of a newer version, which tries out for a second how it draws
    ("/org.openoffice.Setup/Product", "ooSetupLastVersion", "9999.9"),
)


def write_profile(folder: Path) -> None:
    items = "".join(_item(*value) for value in VALUES)
    (folder / "user").mkdir(parents=True)
    (folder / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        f"{items}</oor:items>\n",
        "utf-8",
    )


def _item(path: str, name: str, value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return (
        f'<item oor:path={quoteattr(path)}><prop oor:name={quoteattr(name)} oor:op="fuse">'
        f"<value>{text}</value></prop></item>"
    )
