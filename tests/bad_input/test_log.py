"""What the operator reads after strangers have sent nonsense."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.bad_input.log import assert_clean
from tests.bad_input.sender import Sender

FAILS = """
import logging
from countersign import logs

logs.set_up({log_format!r})
try:
    sent = "Lea Roux"
    raise ValueError(f"bad name: {{sent}}")
except ValueError:
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
"""


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_an_exception_that_a_library_logs_tells_the_place_and_no_value(log_format: str) -> None:
    script = FAILS.format(log_format=log_format)
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert "builtins.ValueError" in ran.stderr
    assert "<string>:8 in <module>" in ran.stderr
    assert "Lea" not in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_nobodys_name_link_or_token_is_in_the_log(sender: Sender) -> None:
    """Each module's log is read when it is done; here is what makes most of it."""
    (lea,) = sender.signers_of(sender.create())
    lea.get("/documents/x")
    lea.post("/complete", content=b"{")
    sender.browser.get("/s/" + "A" * 43)
    lea.complete()
    assert_clean(sender.server)
