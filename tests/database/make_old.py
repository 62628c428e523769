"""Makes an installation as an older version left it, for test_old_installations.py:

    git worktree add --detach ../old COMMIT
    PYTHONPATH=../old/src:. .venv/bin/python -m tests.database.make_old SCHEMA_VERSION

The server is the older one, asked through its APIs; only what asks it is today's. `ARCHIVE` gets
its database, files and keys, as `countersign backup` has them, and `told.json`, what it answered;
all versions are in one archive, because they share much. Those that are there are of the commits
d196ebc (0001), 188c562 (0011) and a26d772 (0018).
"""

from __future__ import annotations

import base64
import io
import json
import sqlite3
import sys
import tarfile
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from tests.pdf.samples import contract
from tests.support.customer import Customer, Sent, sign
from tests.support.network import free_port
from tests.support.processes import wait_until
from tests.support.server import RunningServer, serve

PASSWORD = "wooden boats in grey rain"
OWNER = "olga@acme.example"
ACCOUNT = ("account", "create", "--name", "Acme AB", "--email", OWNER, "--json")
ARCHIVE = Path(__file__).with_name("old_installations.tar.xz")
IS_AUDIT = "SELECT upload_sha256 FROM documents WHERE is_audit"
Told = dict[str, Any]


def make(version: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with serve(data, "--sandbox") as server:
            told = {"url": server.url, **filled(server), "at": datetime.now(UTC).isoformat()}
            server.stop()
        write(data, told, version)


def filled(server: RunningServer) -> Told:
    """What there is in an installation, in every state that an envelope waits in."""
    keys = json.loads(server.run(*ACCOUNT).stdout)
    told: Told = {"keys": keys, "documents": documents(Customer(server.url, token_of(keys)))}
    if "signeum" in keys:
        told["signeum"] = reminded(server, keys)
    if "nextsign" in keys:
        told["nextsign"] = cases(server, keys)
        told["member"] = member(server, keys["account"]["id"])
    time.sleep(2)  # for calls that nobody answers
    return told


def token_of(keys: Told) -> str:
    return str(keys["signature_nc"]["token"])


def documents(customer: Customer) -> Told:
    customer.tell(f"http://127.0.0.1:{free_port()}")
    half, done, declined, opened = (
        customer.send(*names)
        for names in (("Ann Half", "Bob Half"), ("Søren Ångström",), ("Dora No",), ("Will Wait",))
    )
    for sent in (half, done):
        assert sign(sent.links[0], sent.names[0]).status_code == 200
    for sent, path, body in ((declined, "decline", {"reason": "Too dear"}), (opened, "open", {})):
        httpx2.post(f"{sent.links[0]}/{path}", json=body).raise_for_status()
    wait_until(lambda: customer.is_completed(done), "completing it")
    named: dict[str, Sent] = dict(half=half, done=done, declined=declined, opened=opened)
    return {
        name: {"id": sent.id, "links": sent.links, "names": sent.names}
        for name, sent in named.items()
    }


def reminded(server: RunningServer, keys: Told) -> Told:
    """One of two has signed; the other is reminded in two days."""
    api = f"{server.url}/api/v1/organizations/{keys['signeum']['organization_id']}"
    headers = {"Authorization": f"Bearer {keys['signeum']['api_key']}"}
    projects = httpx2.get(f"{api}/projects", headers=headers).json()["projects"]
    standard = next(one["id"] for one in projects if one["name"] == "Standard Signing")
    people = [
        {"name": name, "email": "someone@people.example", "role": "signer"}
        for name in ("Elsa Berg", "Erik Berg")
    ]
    source = {"type": "base64", "content": encoded()}
    body = {"name": "Lease", "document": source, "participants": people, "autoReminderDays": 2}
    answer = httpx2.post(f"{api}/projects/{standard}/documents", headers=headers, json=body)
    answer.raise_for_status()
    made = answer.json()
    links = [one["signingUrl"] for one in made["signingUrls"]]
    assert sign(links[0], "Elsa Berg").status_code == 200
    return {"id": made["document"]["id"], "links": links}


def cases(server: RunningServer, keys: Told) -> Told:
    """A draft, and a case that waits for its reminder."""
    own = keys["nextsign"]
    headers = {"Authorization": f"Bearer {own['api_key']}"}
    made = {}
    wanted = {
        "draft": {"autoSend": False},
        "waiting": {"settings": {"reminders": {"send": True, "daysBetween": 2}}},
    }
    for name, changes in wanted.items():
        body = {
            "title": "NDA Vega",
            "settings": {},
            "recipients": [{"name": "Kim Holm", "email": "kim@firm.example"}],
            "documents": [{"name": "nda.pdf", "file": encoded(), "fileIsBlob": True}],
            **changes,  # type: ignore[dict-item]
        }
        url = f"{server.url}/api/v2/{own['company']}/case/create"
        answer = httpx2.post(url, headers=headers, json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        made[name] = answer.json()["contract"]["_id"]
    return made


def encoded() -> str:
    return base64.b64encode(contract()).decode()


def member(server: RunningServer, account: str) -> Told:
    said = server.run("member", "invite", "--account", account, "--email", OWNER).stdout
    link = server.url + said.strip()[said.index("/dashboard") :]
    click = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
    form = {"name": "Olga Öberg", "password": PASSWORD}
    answer = httpx2.post(link, data=form, headers=click, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return {"email": OWNER, "password": PASSWORD, "cookies": dict(answer.cookies)}


def write(data: Path, told: Told, version: str) -> None:
    """Without the audit documents, which are large and that nothing reads again."""
    with closing(sqlite3.connect(data / "countersign.db")) as database:
        audits = {name for (name,) in database.execute(IS_AUDIT)}
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("VACUUM")
    (data / "told.json").write_text(json.dumps(told, indent=1))
    parts = {
        "countersign.db",
        "told.json",
        *below(data, "keys/**/*"),
        *below(data, "files/??/**/*"),
    }
    kept = {f"{version}/{part}": (data / part).read_bytes() for part in parts}
    others = {name: content for name, content in there().items() if not name.startswith(version)}
    pack(others | {name: kept[name] for name in kept if Path(name).name not in audits})


def below(data: Path, pattern: str) -> list[str]:
    return [str(one.relative_to(data)) for one in data.glob(pattern) if one.is_file()]


def there() -> dict[str, bytes]:
    if not ARCHIVE.exists():
        return {}
    with tarfile.open(ARCHIVE) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]


def pack(contents: dict[str, bytes]) -> None:
    with tarfile.open(ARCHIVE, "w:xz", preset=9) as tar:
        for name in sorted(contents):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(contents[name]), 0o600
            tar.addfile(entry, io.BytesIO(contents[name]))


if __name__ == "__main__":
    make(sys.argv[1])
