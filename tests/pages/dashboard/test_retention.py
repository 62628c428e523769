"""What is kept how long, as owners and administrators decide it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from countersign.adapters.clock import SandboxClock
from countersign.domain.evidence import GENESIS
from tests.contracts.samples import template
from tests.pages.dashboard.office import Office, add_member, opened, post, set_up, sign_in, texts
from tests.pages.dashboard.test_envelopes import EVIL, Desk, token_of
from tests.pages.dashboard.test_sending import add, begin
from tests.pages.dashboard.test_sign_in import add_other_account
from tests.pdf.samples import contract

pytestmark = pytest.mark.slow
RETENTION = "/dashboard/retention"
EXPORTS = f"{RETENTION}/exports"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path) as office:
        yield made_in(office)


def made_in(office: Office) -> Desk:
    owner = set_up(office)
    return Desk(office, owner, token_of(office, "olga@acme.test"))


def pass_days(desk: Desk, days: int) -> None:
    """Day by day, as jobs become due; the owner signs in again."""
    clock = cast(SandboxClock, desk.office.ports.clock)
    for _ in range(days):
        clock.advance(timedelta(days=1))
        desk.office.work()
    desk.owner, _ = sign_in(desk.office)


def is_there(desk: Desk, sent: Any) -> bool:
    return desk.owner.get(f"/dashboard/envelopes/{sent['uuid']}").status_code == 200


def set_rules(desk: Desk, **days: str) -> Any:
    return post(desk.owner, f"{RETENTION}/rules", **days)


# ------------------------------------------------------------------ rules


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_what_is_older_than_the_rules_goes_and_a_proof_stays(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    more = {} if database == "sqlite" else {"database_url": request.getfixturevalue("postgres_url")}
    with opened(tmp_path, **more) as office:
        desk = made_in(office)
        done, waiting = desk.send("Done"), desk.send("Waiting")
        desk.sign(done)
        assert set_rules(desk, completed="3", unfinished="6").status_code == 303
        assert re.search(r'id="completed"[^>]*value="3"', desk.owner.get(RETENTION).text)
        pass_days(desk, 2)
        fresh = desk.send("Fresh")
        desk.sign(fresh)
        assert is_there(desk, done)
        pass_days(desk, 2)
        assert not is_there(desk, done)
        assert is_there(desk, waiting)
        assert is_there(desk, fresh)
        pass_days(desk, 3)
        assert not is_there(desk, waiting)
        assert not is_there(desk, fresh)
        said = texts(desk.owner.get(f"{RETENTION}/deletions").text)
        for one in (done, waiting, fresh):
            assert one["uuid"] in said
        assert said.count("its time was over") == 3
        assert "changed the retention rules" in texts(desk.owner.get("/dashboard/audit").text)


def test_rules_may_keep_completed_ones_and_are_lifted_again(desk: Desk) -> None:
    done, waiting = desk.send("Done"), desk.send("Waiting")
    desk.sign(done)
    set_rules(desk, unfinished="2")
    set_rules(desk)
    pass_days(desk, 4)
    assert is_there(desk, waiting)
    set_rules(desk, unfinished="2")
    pass_days(desk, 1)
    assert is_there(desk, done)
    assert not is_there(desk, waiting)


def test_what_ends_long_after_it_came_to_its_age_is_erased_then(desk: Desk) -> None:
    late = desk.send("Late")
    set_rules(desk, completed="2")
    pass_days(desk, 5)
    desk.sign(late)
    pass_days(desk, 1)
    assert is_there(desk, late)
    pass_days(desk, 3)
    assert not is_there(desk, late)


def test_a_sweep_that_finds_nothing_leaves_one_job(desk: Desk) -> None:
    set_rules(desk, completed="30", unfinished="30")
    desk.send("Young")
    desk.office.work()
    counts = desk.office.installation.queue.counts()
    assert {key: count for key, count in counts.items() if key[0] == "slow"} == {
        ("slow", "later"): 1
    }


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "forever", "36501", "９", "1" * 200])
def test_days_that_are_none_are_refused(desk: Desk, days: str) -> None:
    refused = set_rules(desk, completed=days)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text


# ------------------------------------------------------------------ holds


def hold(desk: Desk, sent: Any = None, reason: str = "The case of Smith") -> Any:
    envelope = sent["uuid"] if sent else ""
    return post(desk.owner, f"{RETENTION}/hold", envelope=envelope, reason=reason)


def test_what_is_held_outlives_the_rules_until_the_hold_ends(desk: Desk) -> None:
    held, free = desk.send("Held"), desk.send("Free")
    assert hold(desk, held).status_code == 303
    set_rules(desk, completed="2", unfinished="2")
    pass_days(desk, 4)
    assert is_there(desk, held)
    assert not is_there(desk, free)
    assert "The case of Smith" in texts(desk.owner.get(RETENTION).text)
    ended = post(desk.owner, f"{RETENTION}/release", envelope=held["uuid"])
    assert ended.status_code == 303
    pass_days(desk, 2)
    assert not is_there(desk, held)
    audit = texts(desk.owner.get("/dashboard/audit").text)
    assert f"set a legal hold: Held ({held['uuid']}): The case of Smith" in audit
    assert "olga@acme.test" in audit
    assert "ended a legal hold" in audit


def test_a_hold_of_the_account_stops_everything(desk: Desk) -> None:
    one = desk.send("One")
    assert hold(desk).status_code == 303
    set_rules(desk, unfinished="1")
    pass_days(desk, 3)
    assert is_there(desk, one)
    assert "The whole account" in texts(desk.owner.get(RETENTION).text)


def test_an_envelope_leads_to_its_hold(desk: Desk) -> None:
    sent = desk.send("Lease")
    page = desk.owner.get(f"/dashboard/envelopes/{sent['uuid']}").text
    (path,) = re.findall(rf'href="({RETENTION}\?envelope=[^"]+)"', page)
    assert f'name="envelope" value="{sent["uuid"]}"' in desk.owner.get(path).text
    viewer = add_member(desk.office, desk.owner, "viewer")
    assert RETENTION not in viewer.get(f"/dashboard/envelopes/{sent['uuid']}").text


def test_a_hold_needs_a_reason_and_something_to_hold(desk: Desk) -> None:
    assert hold(desk, reason=" ").status_code == 422
    assert hold(desk, reason="x" * 501).status_code == 422
    assert hold(desk, {"uuid": "nothing"}).status_code == 404
    assert post(desk.owner, f"{RETENTION}/release", envelope="x").status_code == 404
    sent = desk.send("Ours")
    stranger = add_other_account(desk.office)
    refused = post(stranger, f"{RETENTION}/hold", envelope=sent["uuid"], reason="Mine")
    assert refused.status_code == 404
    assert "There is none." in texts(desk.owner.get(RETENTION).text)


def test_no_field_of_retention_becomes_markup(desk: Desk) -> None:
    sent = desk.send(EVIL)
    hold(desk, sent, EVIL)
    post(desk.owner, f"{RETENTION}/hold", envelope=EVIL, reason=EVIL)
    pages = [desk.owner.get(path).text for path in (RETENTION, "/dashboard/audit")]
    pages.append(set_rules(desk, completed=EVIL).text)
    pages.append(desk.owner.get(RETENTION, params={"envelope": EVIL}).text)
    pages.append(desk.owner.get(f"{RETENTION}/deletions", params={"behind": EVIL}).text)
    assert "&lt;script&gt;" in pages[0]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


# ------------------------------------------------------------------ contents


def make_old(folder: Path) -> None:
    for path in (folder / "files").rglob("*"):
        if path.is_file():
            os.utime(path, (1, 1))


def test_the_bytes_of_what_was_erased_leave_the_disk(desk: Desk, tmp_path: Path) -> None:
    def contents() -> set[str]:
        return {path.name for path in (tmp_path / "files").rglob("*") if path.is_file()}

    before = contents()
    first, second = desk.send("One"), desk.send("Two")
    desk.sign(first)
    desk.sign(second)
    hold(desk, second)
    set_rules(desk, completed="1")
    pass_days(desk, 2)
    make_old(tmp_path)
    shared = contents()
    pass_days(desk, 1)
    left = contents()
    assert left < shared, "what was the first one's alone"
    document = desk.owner.get(f"/dashboard/envelopes/{second['uuid']}").text
    path = re.findall(r'href="(/dashboard/envelopes/[\w-]+/documents/[\w-]+)"', document)[0]
    assert verdict(desk, desk.owner.get(path).content) == "valid", "is whole"
    post(desk.owner, f"{RETENTION}/release", envelope=second["uuid"])
    pass_days(desk, 2)
    make_old(tmp_path)
    pass_days(desk, 1)
    assert contents() == before


# ------------------------------------------------------------------ exports


def exported(desk: Desk) -> zipfile.ZipFile:
    assert post(desk.owner, EXPORTS).status_code == 303
    desk.office.work()
    (path,) = re.findall(rf'href="({EXPORTS}/[\w-]+)"', desk.owner.get(EXPORTS).text)
    answer = desk.owner.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert 'filename="Acme AB ' in answer.headers["content-disposition"]
    return zipfile.ZipFile(io.BytesIO(answer.content))


def test_everything_of_the_account_is_in_the_file_and_its_signed_pdf_is_good(desk: Desk) -> None:
    done = desk.send("Lease")
    desk.sign(done)
    desk.send("Waiting")
    stranger = add_other_account(desk.office)
    del stranger
    file = exported(desk)
    assert file.testzip() is None
    manifest = json.loads(file.read("manifest.json"))
    assert {one["path"] for one in manifest} | {"manifest.json"} == set(file.namelist())
    for one in manifest:
        content = file.read(one["path"])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (one["size"], one["sha256"])
    folder = f"envelopes/{done['uuid']}"
    about = json.loads(file.read(f"{folder}/envelope.json"))
    assert about["status"] == "completed"
    assert about["tasks"][0]["person"]["email"] == "lea@example.test"
    head = GENESIS
    for link in json.loads(file.read(f"{folder}/evidence.json")):
        own = link.pop("hash")
        assert link["previous"] == head
        text = json.dumps(link, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        head = hashlib.sha256(text.encode()).hexdigest()
        assert head == own
    assert verdict(desk, file.read(f"{folder}/1-signed.pdf")) == "valid"
    assert file.read(f"{folder}/1-original.pdf").startswith(b"%PDF")
    members = json.loads(file.read("settings/members.json"))
    assert [one["email"] for one in members] == ["olga@acme.test"]
    audit = [json.loads(line) for line in file.read("audit-log.jsonl").splitlines()]
    assert any(one["action"] == "asked for an export" for one in audit)


def test_drafts_and_all_versions_of_templates_are_in_the_file(desk: Desk) -> None:
    with desk.office.ports.unit_of_work() as uow:
        first = template(uow.accounts.all()[0], upload=desk.office.ports.files.put(b"%PDF one"))
        uow.templates.add(first)
        uow.commit()
    second = replace(first, version=2, upload=desk.office.ports.files.put(b"%PDF two"))
    with desk.office.ports.unit_of_work() as uow:
        uow.templates.revise(second)
        uow.commit()
    draft = begin(desk.owner)
    assert add(desk.owner, draft, contract()).status_code in (200, 201)
    file = exported(desk)
    folder = f"templates/{first.id}"
    assert file.read(f"{folder}/1/template.pdf") == b"%PDF one"
    assert file.read(f"{folder}/2/template.pdf") == b"%PDF two"
    assert file.read(f"drafts/{draft.rpartition('/')[2]}/1.pdf") == contract()


def test_a_hold_of_the_account_keeps_drafts(desk: Desk) -> None:
    draft = begin(desk.owner)
    hold(desk)
    refused = post(desk.owner, f"{draft}/discard")
    assert refused.status_code == 409
    assert "under a legal hold" in texts(refused.text)
    post(desk.owner, f"{RETENTION}/release", envelope="")
    assert post(desk.owner, f"{draft}/discard").status_code == 303


def verdict(desk: Desk, content: bytes) -> str:
    """What anybody is told of a file on the verify page."""
    sent = {"file": ("signed.pdf", content, "application/pdf")}
    said = desk.office.browser.post("/verify", files=sent, headers={"Origin": "http://sign.test"})
    found = re.findall(r'data-verdict="(\w+)"', said.text)
    return found[0] if found else texts(said.text)


def test_no_secret_is_in_the_file(desk: Desk) -> None:
    shown = post(
        desk.owner, "/dashboard/webhooks", api="signature-nc", url="http://127.0.0.1:9/hook"
    )
    (secret,) = re.findall(r'data-testid="secret">([^<]+)<', shown.text)
    sent = desk.send("Lease")
    file = exported(desk)
    everything = b"\n".join(file.read(name) for name in file.namelist())
    assert b"http://127.0.0.1:9/hook" in everything
    hashed = hashlib.sha256(desk.token.encode()).hexdigest().encode()
    link = sent["submitters"][0]["signatureLink"].partition("/s/")[2].partition("?")[0].encode()
    for hidden in (secret.encode(), desk.token.encode(), hashed, b"$argon2", b"secret_hash"):
        assert hidden not in everything
    assert link
    assert link not in everything


def test_a_file_can_be_fetched_for_a_week_and_then_goes(desk: Desk, tmp_path: Path) -> None:
    exported(desk)
    (path,) = re.findall(rf'href="({EXPORTS}/[\w-]+)"', desk.owner.get(EXPORTS).text)
    large = max((tmp_path / "files").rglob("*"), key=lambda one: one.stat().st_size)
    pass_days(desk, 6)
    assert desk.owner.get(path).status_code == 200
    make_old(tmp_path)
    pass_days(desk, 2)
    assert desk.owner.get(path).status_code == 410
    assert path not in desk.owner.get(EXPORTS).text
    pass_days(desk, 1)
    assert not large.exists()


def test_one_file_is_made_at_a_time_and_only_owners_may_have_it(desk: Desk) -> None:
    assert post(desk.owner, EXPORTS).status_code == 303
    assert post(desk.owner, EXPORTS).status_code == 409
    desk.office.work()
    (path,) = re.findall(rf'href="({EXPORTS}/[\w-]+)"', desk.owner.get(EXPORTS).text)
    admin = add_member(desk.office, desk.owner, "admin")
    stranger = add_other_account(desk.office)
    assert admin.get(EXPORTS).status_code == 403
    assert admin.get(path).status_code == 403
    assert EXPORTS not in admin.get(RETENTION).text
    assert stranger.get(path).status_code == 404
    assert post(stranger, f"{path}/remove").status_code == 404
    assert post(desk.owner, f"{path}/remove").status_code == 303
    assert desk.owner.get(path).status_code == 410


def test_an_owner_can_not_be_made_to_do_it_by_another_site(desk: Desk) -> None:
    elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for path in (f"{RETENTION}/rules", f"{RETENTION}/hold", EXPORTS):
        assert post(desk.owner, path, elsewhere, reason="x", completed="1").status_code == 403
