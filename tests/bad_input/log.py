"""What a server may say while strangers send it nonsense."""

from __future__ import annotations

import re

from tests.support.server import RunningServer

# Names, addresses and texts that the tests of this folder send
PERSONAL = re.compile(
    r"\bLea\b|Roux|Jane|Acme|@|127\.0\.0\.1|Wrong price|contract\.pdf", re.IGNORECASE
)
SECRET = re.compile(r"/s/[\w-]{16,}|/d/[\w-]{16,}|Bearer|eyJ|\b[0-9a-f]{64}\b")
# What the terminal says to whoever starts the server; no log line
TO_THE_OPERATOR = ("Countersign is ready at", "Set up the dashboard, once and within a day: ")
TROUBLE = re.compile(r"Traceback|unexpected_error|Exception in|Error:", re.IGNORECASE)


def assert_clean(server: RunningServer) -> None:
    """No traceback, nobody's name, no link and no token in any line."""
    said = [line for line in server.output if not any(words in line for words in TO_THE_OPERATOR)]
    for pattern in (TROUBLE, PERSONAL, SECRET):
        assert not [line for line in said if pattern.search(line)], "".join(said)
