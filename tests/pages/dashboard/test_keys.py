"""How a key is used, and a new secret for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from countersign.adapters.clock import SandboxClock
from countersign.adapters.key_meter import KeyMeter
from countersign.pages.dashboard.apis import APIS
from tests.contracts.threads import at_once
from tests.pages.dashboard.office import Office, add_member, opened, post, set_up, sign_in, texts
from tests.pages.dashboard.test_programs import KEYS, call_of, make
from tests.pages.dashboard.test_sign_in import add_other_account

pytestmark = pytest.mark.slow


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as made:
        yield made


@pytest.fixture
def owner(office: Office) -> TestClient:
    return set_up(office)


def counted(office: Office) -> None:
    cast(KeyMeter, office.ports.meter).flush()


def path_of(owner: TestClient, name: str) -> str:
    (path,) = re.findall(rf'href="({KEYS}/[\w-]+)" data-testid="key">{name}<', owner.get(KEYS).text)
    return str(path)


def rotate(owner: TestClient, path: str, grace: str) -> tuple[str, str]:
    shown = post(owner, f"{path}/rotate", grace=grace)
    assert shown.status_code == 200, texts(shown.text)
    (secret,) = re.findall(r'data-testid="secret">([^<]+)<', shown.text)
    (curl,) = re.findall(r'data-testid="curl"[^>]*>([^<]+)<', shown.text)
    return secret, curl


def is_open(office: Office, curl: str) -> bool:
    status: int = call_of(office, curl).status_code
    assert status in (200, 400, 401)
    return status == 200


def bars(page: str) -> list[str]:
    return re.findall(r"<title>([\d-]+: \d+)</title>", page)


@pytest.mark.parametrize("api", list(APIS))
def test_every_call_counts_as_use(office: Office, owner: TestClient, api: str) -> None:
    secret, curl = make(owner, api, "Shop")
    assert "never" in texts(owner.get(path_of(owner, "Shop")).text)
    for _ in range(3):
        assert is_open(office, curl)
    assert not is_open(office, curl.replace(secret, "wrong"))
    counted(office)
    page = owner.get(path_of(owner, "Shop")).text
    assert "never" not in texts(page)
    assert bars(page) == [f"{office.ports.clock():%Y-%m-%d}: 3"]
    listed = owner.get(KEYS).text
    assert bars(listed) == [f"{office.ports.clock():%Y-%m-%d}: 3"]
    assert re.search(r'data-label="30 days">3<', listed)


def test_use_is_shown_day_by_day_for_a_month(office: Office, owner: TestClient) -> None:
    _, curl = make(owner, "signature-nc", "Shop")
    clock = cast(SandboxClock, office.ports.clock)
    began = clock()
    for calls in (2, 1):
        for _ in range(calls):
            call_of(office, curl)
        clock.advance(timedelta(days=1))
    counted(office)
    owner, _ = sign_in(office)
    first, second = f"{began:%Y-%m-%d}: 2", f"{began + timedelta(days=1):%Y-%m-%d}: 1"
    assert bars(owner.get(path_of(owner, "Shop")).text) == [first, second]
    clock.advance(timedelta(days=28))
    owner, _ = sign_in(office)
    assert bars(owner.get(path_of(owner, "Shop")).text) == [second]


@pytest.mark.parametrize("api", list(APIS))
def test_a_new_secret_leaves_the_old_one_its_time(
    office: Office, owner: TestClient, api: str
) -> None:
    old_secret, old = make(owner, api, "Shop")
    path = path_of(owner, "Shop")
    secret, new = rotate(owner, path, "1")
    assert secret != old_secret
    assert secret.startswith(APIS[api].prefix)
    assert is_open(office, old)
    assert is_open(office, new)
    page = owner.get(path).text
    assert 'data-testid="old-until"' in page
    assert secret not in page
    cast(SandboxClock, office.ports.clock).advance(timedelta(days=1, seconds=1))
    assert not is_open(office, old)
    assert is_open(office, new)
    owner, _ = sign_in(office)
    assert 'data-testid="old-until"' not in owner.get(path).text
    audit = texts(owner.get("/dashboard/audit").text)
    assert "rotated a key" in audit
    assert secret not in audit


def test_at_once_ends_all_earlier_secrets(office: Office, owner: TestClient) -> None:
    _, first = make(owner, "signeum", "Shop")
    path = path_of(owner, "Shop")
    _, second = rotate(owner, path, "7")
    assert is_open(office, first)
    _, third = rotate(owner, path, "0")
    assert [is_open(office, curl) for curl in (first, second, third)] == [False, False, True]


def test_what_is_no_time_is_refused_and_changes_nothing(office: Office, owner: TestClient) -> None:
    _, curl = make(owner, "signeum", "Shop")
    for grace in ("", "2", "-1", "forever"):
        refused = post(owner, f"{path_of(owner, 'Shop')}/rotate", grace=grace)
        assert refused.status_code == 422
    assert is_open(office, curl)


def test_a_revoked_key_and_another_accounts_get_no_secret(
    office: Office, owner: TestClient
) -> None:
    _, curl = make(owner, "signeum", "Shop")
    path = path_of(owner, "Shop")
    stranger = add_other_account(office)
    assert stranger.get(path).status_code == 404
    assert post(stranger, f"{path}/rotate", grace="0").status_code == 404
    sender = add_member(office, owner, "sender")
    assert post(sender, f"{path}/rotate", grace="0").status_code == 403
    assert is_open(office, curl)
    rotate(owner, path, "7")
    assert post(owner, f"{path}/revoke").status_code == 303
    assert not is_open(office, curl), "the old secret, too"
    assert post(owner, f"{path}/rotate", grace="0").status_code == 404
    assert "Make a new secret" not in owner.get(path).text


def test_two_who_rotate_at_once_both_get_a_secret_that_opens(
    office: Office, owner: TestClient
) -> None:
    _, curl = make(owner, "signeum", "Shop")
    path = path_of(owner, "Shop")
    made: list[Any] = at_once(2, lambda _: rotate(owner, path, "1"))
    assert all(is_open(office, one) for one in (curl, *(shown for _, shown in made)))
