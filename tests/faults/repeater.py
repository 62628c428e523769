"""Sends one creating request, is killed at every moment of it, and sends it again.

Run as `python -m tests.faults.repeater DATA`; prints one JSON line for each moment. Every request
is made in a forked process of its own, through the HTTP application.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from countersign import app, logs
from countersign.commands.account import make_account
from countersign.commands.demo_contract import CONTRACT
from countersign.settings import Settings
from tests.faults.dying import Fuse, dying_ports
from tests.faults.walker import MOST_MOMENTS, in_process

NEVER = -1
PLACE = {"x": 50, "y": 50, "w": 200, "h": 60, "page": 0}
FIELD = {"type": "signature", "name": "Sign here", "document": "contract.pdf", "area": PLACE}
SIGNER = {"firstname": "Lea", "lastname": "Roux", "fields": [FIELD]}


def main(data: str) -> None:
    settings = Settings(
        data=Path(data), sandbox=True, public_url="http://127.0.0.1:1", workers=False
    )
    token = in_process(lambda: new_token(settings))
    for moment in range(MOST_MOMENTS):
        found = walk(settings, token, moment)
        print(json.dumps(found), flush=True)
        if found["answer"] is not None:
            return
    raise SystemExit(f"still dying after {MOST_MOMENTS} moments")


def walk(settings: Settings, token: str, moment: int) -> dict[str, Any]:
    """`answer` is None when the process was killed before it gave one."""
    key = f"order-{moment}"
    return {
        "answer": in_process(lambda: post(settings, token, key, moment)),
        "again": [in_process(lambda: post(settings, token, key, NEVER)) for _ in range(2)],
        "made": in_process(lambda: number_made(settings, token, key)),
    }


def new_token(settings: Settings) -> str:
    with app.opened(settings) as installation:
        made = make_account("Acme", "owner@acme.example", installation)
    return made["signature_nc"]["token"]


def post(settings: Settings, token: str, key: str, moment: int) -> str:
    """The answer to the request with this Idempotency-Key; the process dies at `moment`."""
    fuse = Fuse(moment)
    with calling(settings, token, lambda ports: dying_ports(ports, fuse)) as client:
        answer = client.post(
            "/api/v3/signatures",
            data={"name": key, "signers": json.dumps([SIGNER])},
            files={"file": ("contract.pdf", CONTRACT.read_bytes(), "application/pdf")},
            headers={"Idempotency-Key": key},
        )
    assert answer.status_code == 200, answer.text
    return answer.text


def number_made(settings: Settings, token: str, name: str) -> int:
    with calling(settings, token) as client:
        found = client.get("/api/v3/submissions", params={"name": name}).json()
    return int(found["meta"]["pagination"]["total"])


@contextmanager
def calling(
    settings: Settings, token: str, outside: app.Outside = lambda ports: ports
) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {token}"}
    with (
        app.opened(settings, outside) as installation,
        TestClient(app.web(installation), headers=headers) as client,
    ):
        yield client


if __name__ == "__main__":
    logs.set_up("text")  # to standard error: standard output is for the findings
    main(*sys.argv[1:])
